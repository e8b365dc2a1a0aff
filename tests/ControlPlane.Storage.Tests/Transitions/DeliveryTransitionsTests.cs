using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Tests.Transitions;

public sealed class DeliveryTransitionsTests
{
    private static readonly DateTimeOffset Later = Records.Time.AddHours(1);
    private static readonly AttemptRecord Attempt =
        new(1, DeliveryTrigger.Publish, Records.Time, TimeSpan.FromMilliseconds(5), 503, FailureKind.HttpStatus, "", "", "");

    [Fact]
    public void Complete_Retried_IsDueAfterTheDelayByTheEnginesClock()
    {
        var completion = new Completion(
            Records.Delivery(), Attempt, DeliveryState.RetryScheduled, EndReason.None, TimeSpan.FromSeconds(5) + TimeSpan.FromTicks(3));
        var completed = DeliveryTransitions.Complete(completion, attempts: 4, roundAttempts: 1, webhookDeleted: false, EndReason.None, Later);
        Assert.Equal((DeliveryState.RetryScheduled, DeliveryTrigger.Schedule), (completed.State, completed.Trigger));
        Assert.Equal((5, 2, 503), (completed.AttemptCount, completed.RoundAttempts, completed.LastStatusCode));
        Assert.Equal(Later.AddSeconds(5), completed.NextAttemptTime);
        Assert.Equal(Later, completed.UpdateTime);
    }

    [Fact]
    public void Complete_AttemptThatDoesNotCount_LeavesTheRoundAsItWas()
    {
        var completion = new Completion(Records.Delivery(), Attempt, DeliveryState.RetryScheduled, EndReason.None, TimeSpan.Zero) { Counts = false };
        var completed = DeliveryTransitions.Complete(completion, attempts: 4, roundAttempts: 1, webhookDeleted: false, EndReason.None, Later);
        Assert.Equal((5, 1), (completed.AttemptCount, completed.RoundAttempts));
    }

    [Fact]
    public void Complete_RetriedButWebhookDeleted_EndsCancelled()
    {
        var completion = new Completion(Records.Delivery(), Attempt, DeliveryState.RetryScheduled, EndReason.None, TimeSpan.Zero);
        var completed = DeliveryTransitions.Complete(completion, 0, 0, webhookDeleted: true, EndReason.Erased, Later);
        Assert.Equal((DeliveryState.Cancelled, EndReason.WebhookDeleted), (completed.State, completed.EndReason));
        Assert.Null(completed.NextAttemptTime);
    }

    [Fact]
    public void Complete_RetriedTest_StaysATest()
    {
        var completion = new Completion(
            Records.Delivery() with { Trigger = DeliveryTrigger.Test }, Attempt, DeliveryState.RetryScheduled, EndReason.None, TimeSpan.Zero);
        Assert.Equal(DeliveryTrigger.Test, DeliveryTransitions.Complete(completion, 0, 0, false, EndReason.None, Later).Trigger);
    }

    [Theory]
    [InlineData(DeliveryState.Pending, EndReason.None, null)]
    [InlineData(DeliveryState.InFlight, EndReason.None, null)]
    [InlineData(DeliveryState.RetryScheduled, EndReason.None, null)]
    [InlineData(DeliveryState.RetryScheduled, EndReason.None, -1)]
    [InlineData(DeliveryState.RetryScheduled, EndReason.Delivered, 1)]
    [InlineData(DeliveryState.Succeeded, EndReason.Delivered, 1)]
    [InlineData(DeliveryState.Succeeded, EndReason.None, null)]
    public void Validate_PartsThatContradictEachOther_Throw(DeliveryState state, EndReason reason, int? seconds) =>
        Assert.Throws<ArgumentException>(() => DeliveryTransitions.Validate(
            new(Records.Delivery(), Attempt, state, reason, seconds is { } s ? TimeSpan.FromSeconds(s) : null)));

    [Theory]
    [InlineData(0, DeliveryState.Pending)]
    [InlineData(2, DeliveryState.RetryScheduled)]
    public void Release_RoundAttempts_DecideTheState(int attempts, DeliveryState state)
    {
        var released = DeliveryTransitions.Release(Records.Delivery() with { RoundAttempts = attempts }, EndReason.None, Later.AddSeconds(1), Later);
        Assert.Equal((state, 2L), (released.State, released.Fence));
        Assert.Equal(Later.AddSeconds(1), released.NextAttemptTime);
    }

    [Fact]
    public void ClaimThenCancel_FenceGrowsEachTime()
    {
        var claimed = DeliveryTransitions.Claim(Records.Delivery(DeliveryState.Pending), Later);
        var cancelled = DeliveryTransitions.Cancel(claimed, EndReason.CancelledByCaller, Later);
        Assert.Equal((DeliveryState.InFlight, 2L), (claimed.State, claimed.Fence));
        Assert.Equal((DeliveryState.Cancelled, 3L), (cancelled.State, cancelled.Fence));
    }

    [Theory]
    [InlineData(DeliveryState.InFlight, false, true, RetryOrCancelOutcome.WrongState)]
    [InlineData(DeliveryState.Dead, true, false, RetryOrCancelOutcome.WebhookDeleted)]
    [InlineData(DeliveryState.Dead, false, false, RetryOrCancelOutcome.PayloadExpired)]
    [InlineData(DeliveryState.Succeeded, false, true, RetryOrCancelOutcome.Done)]
    public void CheckRound_EachReason_InThisOrder(DeliveryState state, bool deleted, bool payload, RetryOrCancelOutcome outcome) =>
        Assert.Equal(outcome, DeliveryTransitions.CheckRound(Records.Delivery(state), deleted, payload));

    [Fact]
    public void StartRound_Ended_CountsFromTheStartAgain()
    {
        var ended = Records.Delivery(DeliveryState.Dead) with { EndReason = EndReason.Gone, AttemptCount = 7, RoundAttempts = 7 };
        var started = DeliveryTransitions.StartRound(ended, DeliveryTrigger.Redrive, Later);
        Assert.Equal((DeliveryState.Pending, DeliveryTrigger.Redrive, EndReason.None), (started.State, started.Trigger, started.EndReason));
        Assert.Equal((7, 0), (started.AttemptCount, started.RoundAttempts));
        Assert.Equal((Later, Later), (started.RoundStartTime, started.NextAttemptTime!.Value));
    }

    [Fact]
    public void Order_EverySequenceOfTransitions_Grows()
    {
        foreach (var state in (DeliveryState[])[DeliveryState.Pending, DeliveryState.InFlight])
        {
            Walk(Records.Delivery(state) with { Fence = state == DeliveryState.InFlight ? 1 : 0 }, 7);
        }

        static void Walk(DeliveryRecord delivery, int steps)
        {
            foreach (var next in steps == 0 ? [] : Next(delivery))
            {
                Assert.True(
                    DeliveryTransitions.Order(next) > DeliveryTransitions.Order(delivery), $"{delivery.State} of fence {delivery.Fence} to {next.State}");
                Walk(next, steps - 1);
            }
        }
    }

    private static IEnumerable<DeliveryRecord> Next(DeliveryRecord delivery)
    {
        if (delivery.Ended)
        {
            return [DeliveryTransitions.StartRound(delivery, DeliveryTrigger.Retry, Later)];
        }

        var cancelled = DeliveryTransitions.Cancel(delivery, EndReason.CancelledByCaller, Later);
        if (delivery.State != DeliveryState.InFlight)
        {
            return [cancelled, DeliveryTransitions.Claim(delivery, Later)];
        }

        DeliveryRecord Complete(DeliveryState state, EndReason reason, TimeSpan? delay) => DeliveryTransitions.Complete(
            new(delivery, Attempt, state, reason, delay), delivery.AttemptCount, delivery.RoundAttempts, webhookDeleted: false, EndReason.None, Later);
        return
        [
            cancelled,
            DeliveryTransitions.Release(delivery, EndReason.None, Later, Later),
            Complete(DeliveryState.RetryScheduled, EndReason.None, TimeSpan.Zero),
            Complete(DeliveryState.Succeeded, EndReason.Delivered, null),
            Complete(DeliveryState.Dead, EndReason.Gone, null),
        ];
    }
}
