using ControlPlane.Server.Sending;
using ControlPlane.Storage;

namespace ControlPlane.Server.Recording;

/// <summary>What follows from an attempt.</summary>
/// <param name="State">Succeeded, Dead or RetryScheduled.</param>
/// <param name="EndReason">Set unless RetryScheduled.</param>
/// <param name="NextAttemptTime">Set exactly if RetryScheduled.</param>
internal readonly record struct RetryDecision(DeliveryState State, EndReason EndReason, DateTimeOffset? NextAttemptTime);

/// <summary>Decides what follows from an attempt: pure.</summary>
internal static class RetryPolicy
{
    private const int DefaultMaxAttempts = 10;
    private static readonly TimeSpan DefaultInitial = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DefaultMax = TimeSpan.FromHours(1);

    /// <summary>The policy of a webhook that sets none.</summary>
    public static RetryPolicyRecord Standard { get; } = new();

    /// <summary>Decides.</summary>
    /// <param name="policy">The webhook's policy; null means the preset.</param>
    /// <param name="delivery">The delivery as it was claimed, before this attempt.</param>
    /// <param name="outcome">How the attempt went.</param>
    /// <param name="now">When it ended.</param>
    /// <param name="sample">Evenly distributed in [0, 1): where within the jitter the delay lies.</param>
    public static RetryDecision Decide(
        RetryPolicyRecord? policy, DeliveryRecord delivery, AttemptOutcome outcome, DateTimeOffset now, double sample)
    {
        policy ??= Standard;
        if (outcome.Succeeded)
        {
            return new(DeliveryState.Succeeded, EndReason.Delivered, null);
        }

        if (outcome.PayloadGone)
        {
            return Dead(EndReason.Expired);
        }

        if (outcome.Unsendable)
        {
            return Dead(EndReason.Unsendable);
        }

        if (delivery.Trigger == DeliveryTrigger.Test)
        {
            return Dead(EndReason.TestFailed);
        }

        if (outcome.ReceiverGone)
        {
            return Dead(EndReason.Gone);
        }

        if (outcome.AddressRefused)
        {
            // It waits for its webhook, which is suspended for it, and not for a schedule, which could end meanwhile.
            return new(DeliveryState.RetryScheduled, EndReason.None, now);
        }

        if (policy.NonRetryableStatuses.Contains(outcome.StatusCode))
        {
            return Dead(EndReason.NonRetryableStatus);
        }

        var attempts = delivery.RoundAttempts + 1;
        if (attempts >= MaxAttempts(policy))
        {
            return Dead(EndReason.AttemptsExhausted);
        }

        var delay = Jittered(Delay(policy, attempts), Jitter(policy), sample);
        if (outcome.RetryAfter is { } asked && asked > delay)
        {
            delay = asked;
        }

        var next = now + delay;
        return policy.MaxAge is { } age && next > delivery.RoundStartTime + age
            ? Dead(EndReason.Expired)
            : new(DeliveryState.RetryScheduled, EndReason.None, next);
    }

    /// <summary>How many attempts a round has at most, the first included.</summary>
    public static int MaxAttempts(RetryPolicyRecord policy)
    {
        var listed = policy.Backoff switch
        {
            null => RetryPreset.Of(policy.Preset).Attempts,
            BackoffKind.Schedule => policy.Delays.Count + 1,
            _ => (int?)null,
        };
        var asked = policy.MaxAttempts > 0 ? policy.MaxAttempts : listed ?? DefaultMaxAttempts;
        return Math.Min(asked, listed ?? asked);
    }

    /// <summary>The delay after a number of failed attempts (1 or more), before jitter.</summary>
    public static TimeSpan Delay(RetryPolicyRecord policy, int attempts) => policy.Backoff switch
    {
        null => Listed(RetryPreset.Of(policy.Preset).Delays, attempts),
        BackoffKind.Schedule => Listed(policy.Delays, attempts),
        BackoffKind.Fixed => policy.Initial ?? DefaultInitial,
        _ => Exponential(policy, attempts),
    };

    /// <summary>The share by which each delay varies.</summary>
    public static double Jitter(RetryPolicyRecord policy) =>
        policy.Jitter == 0 && policy.Backoff is null ? RetryPreset.Of(policy.Preset).Jitter : policy.Jitter;

    private static TimeSpan Listed(IReadOnlyList<TimeSpan> delays, int attempts) => delays[Math.Min(attempts, delays.Count) - 1];

    private static TimeSpan Exponential(RetryPolicyRecord policy, int attempts)
    {
        var initial = policy.Initial ?? DefaultInitial;
        var max = policy.Max ?? (initial > DefaultMax ? initial : DefaultMax);
        var factor = Math.Pow(policy.Multiplier > 0 ? policy.Multiplier : 2, attempts - 1);
        var seconds = initial.TotalSeconds * factor;
        return seconds < max.TotalSeconds ? TimeSpan.FromSeconds(seconds) : max;
    }

    private static TimeSpan Jittered(TimeSpan delay, double jitter, double sample) =>
        delay * (1 + (jitter * ((2 * sample) - 1)));

    private static RetryDecision Dead(EndReason reason) => new(DeliveryState.Dead, reason, null);
}
