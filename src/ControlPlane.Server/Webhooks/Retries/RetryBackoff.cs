using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Retries;

/// <summary>How long a retry policy waits and how often it tries, with every default filled in: pure.</summary>
internal static class RetryBackoff
{
    /// <summary>The policy of a webhook that sets none.</summary>
    public static RetryPolicyRecord Standard { get; } = new();

    /// <summary>How many attempts a round has at most, the first included.</summary>
    public static int MaxAttempts(RetryPolicyRecord policy)
    {
        var listed = policy.Backoff switch
        {
            null => RetryPreset.Of(policy.Preset).Attempts,
            BackoffKind.Schedule => policy.Delays.Count + 1,
            _ => (int?)null,
        };
        var asked = policy.MaxAttempts > 0 ? policy.MaxAttempts : listed ?? RetryLimits.DefaultAttempts;
        return Math.Min(asked, listed ?? asked);
    }

    /// <summary>The delay after a number of failed attempts (1 or more), before jitter.</summary>
    public static TimeSpan Delay(RetryPolicyRecord policy, int attempts) => policy.Backoff switch
    {
        null => Listed(RetryPreset.Of(policy.Preset).Delays, attempts),
        BackoffKind.Schedule => Listed(policy.Delays, attempts),
        BackoffKind.Fixed => policy.Initial ?? RetryLimits.DefaultInitial,
        _ => Exponential(policy, attempts),
    };

    /// <summary>The share by which each delay varies.</summary>
    public static double Jitter(RetryPolicyRecord policy) =>
        policy.Jitter == 0 && policy.Backoff is null ? RetryPreset.Of(policy.Preset).Jitter : policy.Jitter;

    private static TimeSpan Listed(IReadOnlyList<TimeSpan> delays, int attempts) => delays[Math.Min(attempts, delays.Count) - 1];

    private static TimeSpan Exponential(RetryPolicyRecord policy, int attempts)
    {
        var initial = policy.Initial ?? RetryLimits.DefaultInitial;
        var max = policy.Max ?? (initial > RetryLimits.DefaultMax ? initial : RetryLimits.DefaultMax);
        var factor = Math.Pow(policy.Multiplier > 0 ? policy.Multiplier : RetryLimits.DefaultMultiplier, attempts - 1);
        var seconds = initial.TotalSeconds * factor;
        return seconds < max.TotalSeconds ? TimeSpan.FromSeconds(seconds) : max;
    }
}
