using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Tests.Transitions;

public sealed class WriteTransitionsTests
{
    [Theory]
    [InlineData(true, true, WebhookWriteOutcome.RequestIdUsed)]
    [InlineData(false, true, WebhookWriteOutcome.ExternalIdTaken)]
    [InlineData(false, false, WebhookWriteOutcome.LimitReached)]
    public void CheckCreate_EachReason_InThisOrder(bool requestUsed, bool externalTaken, WebhookWriteOutcome outcome) =>
        Assert.Equal(outcome, WebhookTransitions.CheckCreate(requestUsed, externalTaken, 2, new TenantPolicy { MaxWebhooks = 2 }));

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void CheckCreate_BelowTheLimitOrWithout_IsDone(int maximum) => Assert.Equal(
        WebhookWriteOutcome.Done, WebhookTransitions.CheckCreate(false, false, 0, new TenantPolicy { MaxWebhooks = maximum }));

    [Theory]
    [InlineData(3, true, 8L, WebhookWriteOutcome.VersionMismatch)]
    [InlineData(2, true, 8L, WebhookWriteOutcome.ExternalIdTaken)]
    [InlineData(2, false, 8L, WebhookWriteOutcome.StaleConfig)]
    [InlineData(2, false, 9L, WebhookWriteOutcome.Done)]
    [InlineData(2, false, null, WebhookWriteOutcome.Done)]
    public void CheckUpdate_EachReason_InThisOrder(long version, bool taken, long? expected, WebhookWriteOutcome outcome) => Assert.Equal(
        outcome, WebhookTransitions.CheckUpdate(Records.Webhook(), Records.Webhook() with { Version = version }, taken, 9, expected));

    [Theory]
    [InlineData(WebhookState.Suspended, WebhookState.Active, false)]
    [InlineData(WebhookState.Active, WebhookState.Active, true)]
    [InlineData(WebhookState.Active, WebhookState.Suspended, true)]
    public void Replace_Resumed_ForgetsSinceWhenItFails(WebhookState before, WebhookState after, bool keeps)
    {
        var stored = Records.Webhook() with { State = before, FailingSince = Records.Time, RequestId = "r", TenantId = "own" };
        var replaced = WebhookTransitions.Replace(stored, Records.Webhook() with { State = after, TenantId = "other", RequestId = "x" });
        Assert.Equal(keeps ? Records.Time : null, replaced.FailingSince);
        Assert.Equal(("own", "r"), (replaced.TenantId, replaced.RequestId));
    }

    [Fact]
    public void EventTypes_EachReason_InThisOrder()
    {
        var type = new EventTypeRecord { TenantId = "default", Name = "a" };
        Assert.Equal(EventTypeWriteOutcome.Exists, EventTypeTransitions.CheckCreate(true, 5, 5));
        Assert.Equal(EventTypeWriteOutcome.LimitReached, EventTypeTransitions.CheckCreate(false, 5, 5));
        Assert.Equal(EventTypeWriteOutcome.NotFound, EventTypeTransitions.CheckUpdate(null, type));
        Assert.Equal(EventTypeWriteOutcome.VersionMismatch, EventTypeTransitions.CheckUpdate(type, type));
        Assert.Equal(EventTypeWriteOutcome.Done, EventTypeTransitions.CheckUpdate(type, type with { Version = 2 }));
        Assert.Equal(EventTypeWriteOutcome.VersionMismatch, EventTypeTransitions.CheckDelete(type, 2));
        Assert.Equal(EventTypeWriteOutcome.Done, EventTypeTransitions.CheckDelete(type, null));
    }

    [Theory]
    [InlineData(false, RedriveState.Running, 1)]
    [InlineData(true, RedriveState.Done, 6)]
    public void Advance_LastStep_CountsWhatOthersChangedAsSkipped(bool finished, RedriveState state, int skipped)
    {
        var redrive = new RedriveRecord { Id = "r", Filter = new(), MaxRatePerSecond = 1, Matched = 10, Retried = 1 };
        var advanced = RedriveTransitions.Advance(redrive, found: 4, retried: 3, finished, Records.Time);
        Assert.Equal((state, 4, skipped), (advanced.State, advanced.Retried, advanced.Skipped));
    }

    [Fact]
    public void Resolve_NamesOfOneOrTwoEvents_IsTheFirstOrNone()
    {
        byte[] print = [1];
        var (stored, other) = (new FirstEvent(7, -1, [1]), new FirstEvent(8, -1, [1]));
        Assert.Equal(new FirstEvent(null, 3, print), DuplicateRules.Resolve(null, null, 3, print));
        Assert.Equal(stored, DuplicateRules.Resolve(stored, stored, 3, print));
        Assert.Equal(stored, DuplicateRules.Resolve(null, stored, 3, print));
        Assert.Null(DuplicateRules.Resolve(stored, other, 3, print));
        Assert.Null(DuplicateRules.Resolve(stored, null, 3, [2]));
        Assert.Null(DuplicateRules.Resolve(stored, null, 3, fingerprint: null));
    }
}
