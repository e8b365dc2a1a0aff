using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Retries;

/// <summary>What a policy comes to for a delivery that never succeeds, before jitter, if attempts take no time: pure.</summary>
/// <param name="Delays">How long to wait before attempt 2, 3, ...</param>
/// <param name="Jitter">The share by which each delay varies.</param>
internal sealed record RetrySchedule(IReadOnlyList<TimeSpan> Delays, double Jitter)
{
    /// <summary>The first attempt included.</summary>
    public int Attempts => Delays.Count + 1;

    public TimeSpan Total => Delays.Aggregate(TimeSpan.Zero, (sum, delay) => sum + delay);

    /// <summary>The whole schedule of a policy; null means the standard one.</summary>
    public static RetrySchedule Of(RetryPolicyRecord? policy)
    {
        policy ??= RetryBackoff.Standard;
        return new(Remaining(policy, attempts: 1, TimeSpan.Zero), RetryBackoff.Jitter(policy));
    }

    /// <summary>When the attempts after some that fail at once would be made.</summary>
    /// <param name="policy">The policy; null means the standard one.</param>
    /// <param name="attempts">How many attempts of the round will have been made at <paramref name="from"/>.</param>
    /// <param name="from">When the last of them ends.</param>
    /// <param name="roundStart">When the round began, which the policy's maximum age counts from.</param>
    public static IReadOnlyList<DateTimeOffset> After(
        RetryPolicyRecord? policy, int attempts, DateTimeOffset from, DateTimeOffset roundStart)
    {
        var times = new List<DateTimeOffset>();
        foreach (var delay in Remaining(policy ?? RetryBackoff.Standard, attempts, from - roundStart))
        {
            times.Add(from += delay);
        }

        return times;
    }

    private static List<TimeSpan> Remaining(RetryPolicyRecord policy, int attempts, TimeSpan age)
    {
        var delays = new List<TimeSpan>();
        for (; attempts < RetryBackoff.MaxAttempts(policy); attempts++)
        {
            var delay = RetryBackoff.Delay(policy, attempts);
            age += delay;
            if (age > policy.MaxAge)
            {
                break;
            }

            delays.Add(delay);
        }

        return delays;
    }
}
