using ControlPlane.Server.Recording;
using ControlPlane.Server.Sending;
using ControlPlane.Server.Webhooks.Retries;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Recording;

public sealed class RetryDeciderTests
{
    private static readonly DateTimeOffset Now = Records.Time.AddMinutes(1);

    [Fact]
    public void Decide_Success_IsDelivered() =>
        Assert.Equal(new(DeliveryState.Succeeded, EndReason.Delivered, null), Decide(null, Outcome(200, FailureKind.None)));

    [Fact]
    public void Decide_Gone_EndsAtOnce() => Assert.Equal(Dead(EndReason.Gone), Decide(null, Outcome(410)));

    [Fact]
    public void Decide_Test_IsNotRetried() =>
        Assert.Equal(Dead(EndReason.TestFailed), Decide(null, Outcome(500), d => d with { Trigger = DeliveryTrigger.Test }));

    [Fact]
    public void Decide_NonRetryableStatus_EndsAtOnce()
    {
        var policy = new RetryPolicyRecord { NonRetryableStatuses = [400, 422] };
        Assert.Equal(Dead(EndReason.NonRetryableStatus), Decide(policy, Outcome(422)));
        Assert.Equal(DeliveryState.RetryScheduled, Decide(policy, Outcome(500)).State);
    }

    [Fact]
    public void Decide_Expired_EndsAtOnce() =>
        Assert.Equal(Dead(EndReason.Expired), Decide(null, Outcome(0) with { Expired = true }));

    [Fact]
    public void Decide_AddressRefused_WaitsDueNowWhateverThePolicySays() => Assert.Equal(
        new(DeliveryState.RetryScheduled, EndReason.None, Now),
        Decide(
            new RetryPolicyRecord { MaxAttempts = 1, MaxAge = TimeSpan.FromSeconds(1) },
            Outcome(0, FailureKind.BlockedAddress),
            d => d with { RoundAttempts = 5, RoundStartTime = Records.Time.AddDays(-1) }));

    [Fact]
    public void Decide_AddressRefusedInATest_EndsAtOnce() => Assert.Equal(
        Dead(EndReason.TestFailed),
        Decide(null, Outcome(0, FailureKind.BlockedAddress), d => d with { Trigger = DeliveryTrigger.Test }));

    /// <summary>The last attempt of the policy is still to come.</summary>
    [Fact]
    public void Decide_EndedForOthersSake_IsNotCounted()
    {
        var policy = new RetryPolicyRecord { Backoff = BackoffKind.Fixed, Initial = TimeSpan.FromSeconds(5), MaxAttempts = 2 };
        var gaveWay = Outcome(0, FailureKind.Timeout) with { GaveWay = true };
        Assert.Equal(
            new(DeliveryState.RetryScheduled, EndReason.None, Now.AddSeconds(5)), Decide(policy, gaveWay, d => d with { RoundAttempts = 1 }));
        Assert.Equal(Dead(EndReason.AttemptsExhausted), Decide(policy, Outcome(500), d => d with { RoundAttempts = 1 }));
    }

    [Fact]
    public void Decide_Standard_FollowsTheScheduleAndThenGivesUp()
    {
        for (var made = 0; made < 9; made++)
        {
            Assert.Equal(Now + RetryPreset.Standard.Delays[made], Decide(null, Outcome(500), d => d with { RoundAttempts = made }).NextAttemptTime);
        }

        Assert.Equal(Dead(EndReason.AttemptsExhausted), Decide(null, Outcome(500), d => d with { RoundAttempts = 9 }));
    }

    [Fact]
    public void Decide_AttemptsOfEarlierRounds_DoNotCount() =>
        Assert.Equal(DeliveryState.RetryScheduled, Decide(null, Outcome(500), d => d with { AttemptCount = 50, RoundAttempts = 0 }).State);

    [Theory]
    [InlineData(3, 5)]
    [InlineData(7200, 7200)]
    public void Decide_RetryAfter_LengthensTheDelayOnly(int asked, int delay) =>
        Assert.Equal(Now.AddSeconds(delay), Decide(null, Outcome(503) with { RetryAfter = TimeSpan.FromSeconds(asked) }).NextAttemptTime);

    [Theory]
    [InlineData(65, true)]
    [InlineData(64, false)]
    public void Decide_MaxAge_EndsWhatWouldComeTooLate(int maxAge, bool retried) => Assert.Equal(
        retried ? DeliveryState.RetryScheduled : DeliveryState.Dead,
        Decide(new RetryPolicyRecord { MaxAge = TimeSpan.FromSeconds(maxAge) }, Outcome(500)).State);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 9)]
    [InlineData(4, 20)]
    [InlineData(100, 20)]
    public void Delay_Exponential_GrowsToTheMaximum(int attempts, int seconds) => Assert.Equal(
        TimeSpan.FromSeconds(seconds),
        RetryBackoff.Delay(
            new RetryPolicyRecord
            {
                Backoff = BackoffKind.Exponential,
                Initial = TimeSpan.FromSeconds(1),
                Multiplier = 3,
                Max = TimeSpan.FromSeconds(20),
            },
            attempts));

    [Theory]
    [InlineData(null, 0, 0, 10)]
    [InlineData(null, 0, 4, 4)]
    [InlineData(BackoffKind.Schedule, 3, 0, 4)]
    [InlineData(BackoffKind.Schedule, 3, 2, 2)]
    [InlineData(BackoffKind.Schedule, 3, 99, 4)]
    [InlineData(BackoffKind.Fixed, 0, 0, 10)]
    [InlineData(BackoffKind.Fixed, 0, 25, 25)]
    [InlineData(BackoffKind.Exponential, 0, 0, 10)]
    public void MaxAttempts_Policy_AsTheApiSays(BackoffKind? backoff, int delays, int asked, int attempts) => Assert.Equal(
        attempts,
        RetryBackoff.MaxAttempts(new RetryPolicyRecord
        {
            Backoff = backoff,
            Delays = [.. Enumerable.Repeat(TimeSpan.FromSeconds(1), delays)],
            MaxAttempts = asked,
        }));

    private static RetryDecision Dead(EndReason reason) => new(DeliveryState.Dead, reason, null);

    private static AttemptOutcome Outcome(int status, FailureKind failure = FailureKind.HttpStatus) =>
        new() { StartTime = Records.Time, Duration = TimeSpan.Zero, StatusCode = status, Failure = failure };

    private static RetryDecision Decide(
        RetryPolicyRecord? policy, AttemptOutcome outcome, Func<DeliveryRecord, DeliveryRecord>? with = null) =>
        RetryDecider.Decide(policy, with?.Invoke(Records.Delivery()) ?? Records.Delivery(), outcome, Now, sample: 0.5);
}
