using ControlPlane.Server.Deliveries.Explaining;
using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;
using ControlPlane.V1;
using DeliveryState = ControlPlane.Storage.DeliveryState;
using DeliveryTrigger = ControlPlane.Storage.DeliveryTrigger;
using WebhookState = ControlPlane.Storage.WebhookState;

namespace ControlPlane.Server.Tests.Deliveries.Explaining;

/// <summary>Every reason to wait, and the attempts that follow.</summary>
public sealed class WaitReasonsTests
{
    private static readonly LaneSnapshot Idle = new(0, 0, 8, false, TimeSpan.Zero, null, null);
    private static readonly DeliveryRecord Due = ExplainSample.Delivery;
    private static readonly DeliveryRecord Taken = Due with { State = DeliveryState.InFlight, NextAttemptTime = null };
    private static readonly DeliveryRecord Retry = Due with
    {
        State = DeliveryState.RetryScheduled,
        NextAttemptTime = ExplainSample.Now.AddSeconds(7),
        AttemptCount = 5,
        RoundAttempts = 2,
    };

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["ended"] = new(Due with { State = DeliveryState.Succeeded }, []),
        ["due"] = new(Due, [WaitReason.Turn]),
        ["due, no lane"] = new(Due, [WaitReason.Turn]) { Lane = null },
        ["not due"] = new(Retry, [WaitReason.NotDue]) { Detail = "Retry 2 of 5 is due at 2030-01-02 03:04:12Z; the policy waits 10 s" },
        ["first put off"] = new(Due with { NextAttemptTime = ExplainSample.Now.AddMinutes(1) }, [WaitReason.NotDue])
        {
            Detail = "The first attempt",
        },
        ["disabled"] = new(Due, [WaitReason.WebhookDisabled]) { State = WebhookState.Disabled },
        ["suspended and not due"] = new(Retry, [WaitReason.WebhookSuspended, WaitReason.NotDue]) { State = WebhookState.Suspended },
        ["deleted"] = new(Due, [WaitReason.WebhookDeleted]) { State = null },
        ["failing"] = new(Due, [WaitReason.ReceiverFailing])
        {
            Lane = Idle with { Failing = true, Limit = 1, InFlight = 1 },
            Detail = "1 in flight",
        },
        ["full"] = new(Due, [WaitReason.MaxInFlight])
        {
            Lane = Idle with { InFlight = 8 },
            Detail = "8 requests are in flight, and at most 8",
        },
        ["paced"] = new(Due, [WaitReason.MaxRate])
        {
            Lane = Idle with { Pause = TimeSpan.FromSeconds(1.5) },
            Detail = "may start in 1.5 s",
        },
        ["queued"] = new(Taken, [WaitReason.Queued]) { Lane = Idle with { Queued = 4, Ahead = 3 }, Detail = "3 deliveries" },
        ["queued, full"] = new(Taken, [WaitReason.MaxInFlight, WaitReason.Queued])
        {
            Lane = Idle with { Queued = 1, Ahead = 0, InFlight = 8 },
        },
        ["sending"] = new(Taken, [WaitReason.Sending]) { Lane = Idle with { InFlight = 1 }, InMemory = true },
        ["test"] = new(Taken with { Trigger = DeliveryTrigger.Test }, [WaitReason.Sending]) { Lane = null },
        ["in line behind one that is sent"] = new(Due with { OrderingKey = "room 7" }, [WaitReason.OrderingKey])
        {
            Ahead = Taken with { Id = "dlv_0" },
            Detail = "\"dlv_0\" of the ordering key \"room 7\" is being sent",
        },
        ["in line behind one that failed"] = new(Due with { OrderingKey = "k" }, [WaitReason.OrderingKey])
        {
            Ahead = Retry with { Id = "dlv_0" },
            Detail = "goes first; it failed and is due again at 2030-01-02 03:04:12Z",
        },
        ["in line of a suspended webhook, not due"] =
            new(Retry, [WaitReason.WebhookSuspended, WaitReason.OrderingKey, WaitReason.NotDue])
            {
                State = WebhookState.Suspended,
                Ahead = Due with { Id = "dlv_0" },
            },
        ["elsewhere"] = new(Taken, [WaitReason.HeldElsewhere]),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Judge_EachCase_GivesItsReasons(string name)
    {
        var given = Cases[name];
        var webhook = given.State is { } known ? ExplainSample.Webhook with { State = known } : null;
        var waits = WaitReasons.Judge(given.Delivery, given.Ahead, webhook, given.Lane, given.InMemory, ExplainSample.Now);
        Assert.Equal(given.Expected, waits.Select(wait => wait.Reason));
        Assert.Contains(given.Detail, waits.Count > 0 ? waits[0].Detail : "", StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_Retry_GoesOnWithTheRestOfThePolicy()
    {
        var plan = AttemptPlan.Of(Retry, ExplainSample.Webhook, ExplainSample.Now);
        Assert.Equal([6, 7, 8, 9], plan.Select(attempt => attempt.Number));
        Assert.Equal([7, 27, 67, 147], plan.Select(attempt => (attempt.Time.ToDateTimeOffset() - ExplainSample.Now).TotalSeconds));
    }

    [Fact]
    public void Plan_InFlight_BeginsWithTheNextAttempt()
    {
        var plan = AttemptPlan.Of(Taken, ExplainSample.Webhook, ExplainSample.Now);
        Assert.Equal([2, 3, 4, 5, 6], plan.Select(attempt => attempt.Number));
        Assert.Equal(5, (plan[0].Time.ToDateTimeOffset() - ExplainSample.Now).TotalSeconds);
    }

    [Fact]
    public void Plan_NothingToCome_IsEmpty()
    {
        Assert.Empty(AttemptPlan.Of(Due with { State = DeliveryState.Dead }, ExplainSample.Webhook, ExplainSample.Now));
        Assert.Empty(AttemptPlan.Of(Due, ExplainSample.Webhook with { State = WebhookState.Disabled }, ExplainSample.Now));
        Assert.Empty(AttemptPlan.Of(Due, null, ExplainSample.Now));
        Assert.Empty(AttemptPlan.Of(Taken with { Trigger = DeliveryTrigger.Test }, ExplainSample.Webhook, ExplainSample.Now));
    }

    private sealed record Case(DeliveryRecord Delivery, WaitReason[] Expected)
    {
        public LaneSnapshot? Lane { get; init; } = Idle;

        /// <summary>The webhook's state; null: it was deleted.</summary>
        public WebhookState? State { get; init; } = WebhookState.Active;

        public bool InMemory { get; init; }

        public DeliveryRecord? Ahead { get; init; }

        /// <summary>What the first reason says.</summary>
        public string Detail { get; init; } = "";
    }
}
