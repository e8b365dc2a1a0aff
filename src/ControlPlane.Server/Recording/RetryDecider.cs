using ControlPlane.Server.Sending;
using ControlPlane.Server.Webhooks.Retries;
using ControlPlane.Storage;

namespace ControlPlane.Server.Recording;

/// <summary>What follows from an attempt.</summary>
/// <param name="State">Succeeded, Dead, Cancelled or RetryScheduled.</param>
/// <param name="EndReason">Set unless RetryScheduled.</param>
/// <param name="NextAttemptTime">Set exactly if RetryScheduled.</param>
internal readonly record struct RetryDecision(DeliveryState State, EndReason EndReason, DateTimeOffset? NextAttemptTime);

/// <summary>Decides what follows from an attempt: pure.</summary>
internal static class RetryDecider
{
    /// <summary>Decides.</summary>
    /// <param name="policy">The webhook's policy; null means the preset.</param>
    /// <param name="delivery">The delivery as it was claimed, before this attempt.</param>
    /// <param name="outcome">How the attempt went.</param>
    /// <param name="now">When it ended.</param>
    /// <param name="sample">Evenly distributed in [0, 1): where within the jitter the delay lies.</param>
    public static RetryDecision Decide(
        RetryPolicyRecord? policy, DeliveryRecord delivery, AttemptOutcome outcome, DateTimeOffset now, double sample)
    {
        policy ??= RetryBackoff.Standard;
        if (outcome.Succeeded)
        {
            return new(DeliveryState.Succeeded, EndReason.Delivered, null);
        }

        if (outcome.Expired)
        {
            return Dead(EndReason.Expired);
        }

        if (outcome.Erased)
        {
            return new(DeliveryState.Cancelled, EndReason.Erased, null);
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

        var attempts = delivery.RoundAttempts + (outcome.GaveWay ? 0 : 1);
        if (attempts >= RetryBackoff.MaxAttempts(policy))
        {
            return Dead(EndReason.AttemptsExhausted);
        }

        var delay = Jittered(RetryBackoff.Delay(policy, Math.Max(1, attempts)), RetryBackoff.Jitter(policy), sample);
        if (outcome.RetryAfter is { } asked && asked > delay)
        {
            delay = asked;
        }

        var next = now + delay;
        return policy.MaxAge is { } age && next > delivery.RoundStartTime + age
            ? Dead(EndReason.Expired)
            : new(DeliveryState.RetryScheduled, EndReason.None, next);
    }

    private static TimeSpan Jittered(TimeSpan delay, double jitter, double sample) =>
        delay * (1 + (jitter * ((2 * sample) - 1)));

    private static RetryDecision Dead(EndReason reason) => new(DeliveryState.Dead, reason, null);
}
