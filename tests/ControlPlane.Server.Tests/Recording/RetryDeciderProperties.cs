using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Server.Recording;
using ControlPlane.Server.Sending;
using ControlPlane.Server.Webhooks.Retries;
using ControlPlane.Storage;
using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Server.Tests.Recording;

/// <summary>What holds for every policy that the API accepts.</summary>
public sealed class RetryDeciderProperties
{
    private static readonly DateTimeOffset Now = Records.Time.AddMinutes(3);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private static readonly Gen<TimeSpan> Delays = Gen.Choose(100, 86_400_000).Select(ms => TimeSpan.FromMilliseconds(ms));
    private static readonly Gen<double> Shares = Gen.Choose(0, 1000).Select(n => n / 1000.0);
    private static readonly Gen<double> Samples = Gen.Choose(0, int.MaxValue - 1).Select(n => n / (double)int.MaxValue);

    private static readonly Gen<RetryPolicyRecord> Policies =
        from kind in Gen.Elements<BackoffKind?>(null, BackoffKind.Schedule, BackoffKind.Fixed, BackoffKind.Exponential)
        from initial in Delays
        from max in Delays
        from multiplier in Gen.Choose(0, 100).Select(n => n == 0 ? 0 : 1 + (n * 0.09))
        from delays in Delays.NonEmptyListOf()
        from attempts in Gen.Choose(0, 100)
        from jitter in Shares
        from age in Gen.Choose(1, 2_592_000)
        from limited in Gen.Elements(true, false)
        select new RetryPolicyRecord
        {
            Backoff = kind,
            Initial = initial,
            Max = max > initial ? max : initial,
            Multiplier = multiplier,
            Delays = kind == BackoffKind.Schedule ? [.. delays] : [],
            MaxAttempts = attempts,
            Jitter = jitter,
            MaxAge = limited ? TimeSpan.FromSeconds(age) : null,
        };

    private static readonly Gen<AttemptOutcome> Failures =
        from status in Gen.Elements(0, 301, 404, 410, 429, 500, 503)
        from after in Gen.Choose(-1, 86_400)
        select new AttemptOutcome
        {
            StartTime = Records.Time,
            Duration = TimeSpan.Zero,
            StatusCode = status,
            Failure = FailureKind.HttpStatus,
            RetryAfter = after < 0 ? null : TimeSpan.FromSeconds(after),
        };

    private static readonly Gen<(RetryPolicyRecord Policy, int Made, AttemptOutcome Outcome, double Sample)> Cases =
        from policy in Policies
        from made in Gen.Choose(0, 120)
        from outcome in Failures
        from sample in Samples
        select (policy, made, outcome, sample);

    [Fact]
    public void Decide_AnyFailure_IsRetriedWithATimeOrEndsWithAReason() => Cases.Holds(c =>
    {
        var decision = Decide(c);
        return decision.State == DeliveryState.RetryScheduled
            ? decision.EndReason == EndReason.None && decision.NextAttemptTime is not null
            : decision.State == DeliveryState.Dead && decision.EndReason != EndReason.None && decision.NextAttemptTime is null;
    });

    [Fact]
    public void Decide_AllAttemptsMade_IsNeverRetried() => Cases.Holds(c =>
        c.Made + 1 < RetryBackoff.MaxAttempts(c.Policy) || Decide(c).State == DeliveryState.Dead);

    [Fact]
    public void Decide_FailingForEver_MakesExactlyTheAttemptsAllowed() => Policies.Select(p => p with { MaxAge = null }).Holds(policy =>
    {
        var outcome = new AttemptOutcome { StartTime = Now, Duration = TimeSpan.Zero, Failure = FailureKind.Connect };
        var made = 1;
        while (Decide((policy, made - 1, outcome, 0.5)).State == DeliveryState.RetryScheduled)
        {
            made++;
        }

        return made == RetryBackoff.MaxAttempts(policy);
    });

    [Fact]
    public void Decide_Retry_LiesWithinTheJitterUnlessTheReceiverAskedForMore() => Cases.Holds(c =>
    {
        if (Decide(c).NextAttemptTime is not { } next)
        {
            return true;
        }

        var share = c.Policy is { Backoff: null, Jitter: 0 } ? 0.2 : c.Policy.Jitter;
        var delay = RetryBackoff.Delay(c.Policy, c.Made + 1);
        var asked = c.Outcome.RetryAfter ?? TimeSpan.Zero;
        var slack = TimeSpan.FromMilliseconds(1);
        var longest = delay * (1 + share) + slack;
        return next - Now >= delay * (1 - share) - slack && next - Now >= asked && next - Now <= (longest > asked ? longest : asked);
    });

    [Fact]
    public void Decide_RetryAfter_NeverPutsOffForMoreThanADay() => Cases.Holds(c =>
        Decide(c).NextAttemptTime is not { } next || next - Now <= Longest * (1 + Math.Max(c.Policy.Jitter, 0.2)));

    [Fact]
    public void Decide_MaxAge_IsNeverExceeded() => Cases.Holds(c =>
        c.Policy.MaxAge is not { } age || Decide(c).NextAttemptTime is not { } next || next <= Records.Time + age);

    [Fact]
    public void Decide_LargerSample_NeverComesEarlier() => Cases.Zip(Samples).Holds(c =>
        Decide(c.Item1).NextAttemptTime is not { } one
        || Decide(c.Item1 with { Sample = c.Item2 }).NextAttemptTime is not { } other
        || (c.Item1.Sample <= c.Item2 ? one <= other : other <= one));

    [Fact]
    public void Delay_AnyBackoffButASchedule_NeverShrinksAndStaysInItsBounds() =>
        Policies.Where(p => p.Backoff != BackoffKind.Schedule).Holds(policy =>
        {
            var before = TimeSpan.Zero;
            for (var attempts = 1; attempts <= 100; attempts++)
            {
                var delay = RetryBackoff.Delay(policy, attempts);
                if (delay < before || delay > Longest || delay <= TimeSpan.Zero
                    || (policy.Backoff == BackoffKind.Exponential && (delay > policy.Max || delay < policy.Initial - TimeSpan.FromMilliseconds(1))))
                {
                    return false;
                }

                before = delay;
            }

            return true;
        });

    private static RetryDecision Decide((RetryPolicyRecord Policy, int Made, AttemptOutcome Outcome, double Sample) c) =>
        RetryDecider.Decide(c.Policy, Records.Delivery() with { RoundAttempts = c.Made }, c.Outcome, Now, c.Sample);
}
