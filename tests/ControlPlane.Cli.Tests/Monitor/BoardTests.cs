using ControlPlane.Cli.Monitor;
using ControlPlane.Cli.Tests.Server;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Tests.Monitor;

public sealed class BoardTests
{
    private readonly ManualTime _time = new() { Now = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero) };
    private readonly Board _board;
    private long _revision;

    public BoardTests() => _board = new(_time);

    [Fact]
    public void Changed_OverALife_CountsWhatWaitsAndWhatIsUnderWay()
    {
        Change("dlv_1", DeliveryState.Pending);
        Assert.Equal((1, 0), Load());
        Change("dlv_1", DeliveryState.InFlight);
        Assert.Equal((0, 1), Load());
        Change("dlv_1", DeliveryState.RetryScheduled, FailureKind.Timeout);
        Assert.Equal((1, 0), Load());
        var since = Assert.Single(_board.Webhooks()).FailingSince;
        _time.Now += TimeSpan.FromMinutes(1);
        Change("dlv_1", DeliveryState.RetryScheduled, FailureKind.Timeout);
        Assert.Equal(since, Assert.Single(_board.Webhooks()).FailingSince);
        Change("dlv_1", DeliveryState.Succeeded);
        Assert.Equal((0, 0), Load());
        Assert.Null(Assert.Single(_board.Webhooks()).FailingSince);
        Assert.Equal((5, 1, 2, 0), (_board.Changes, _board.Delivered, _board.Retrying, _board.Dead));
    }

    [Fact]
    public void Found_OlderThanAChange_ChangesNothing()
    {
        var old = Make("dlv_1", DeliveryState.Pending, FailureKind.Unspecified);
        Change("dlv_1", DeliveryState.Succeeded);

        _board.Found(old);

        Assert.Equal((0, 0), Load());
        Assert.Equal(DeliveryState.Succeeded, Assert.Single(_board.Deliveries("", 10)).State);
    }

    [Fact]
    public void Changed_ManyThatEnd_KeepsTheLatest()
    {
        for (var i = 0; i < 2_000; i++)
        {
            Change($"dlv_{i}", DeliveryState.Succeeded);
        }

        var kept = _board.Deliveries("", 10_000);

        Assert.Equal(500, kept.Count);
        Assert.Equal("dlv_1999", kept[0].Id);
        Assert.Equal(["dlv_1999"], _board.Deliveries("DLV_1999", 10).Select(delivery => delivery.Id));
    }

    [Fact]
    public void Minute_AfterAMinute_IsEmpty()
    {
        Change("dlv_1", DeliveryState.Succeeded);
        Change("dlv_2", DeliveryState.Dead, FailureKind.Dns);
        Assert.Equal((1, 1), (_board.Minute().Delivered[^1], _board.Minute().Failed[^1]));

        _time.Now += TimeSpan.FromSeconds(59);
        Assert.Equal((1, 1), (_board.Minute().Delivered[0], _board.Minute().Failed[0]));
        _time.Now += TimeSpan.FromSeconds(1);
        Assert.Equal((0, 0), (_board.Minute().Delivered.Sum(), _board.Minute().Failed.Sum()));
    }

    private (int Waiting, int InFlight) Load()
    {
        var row = Assert.Single(_board.Webhooks());
        return (row.Waiting, row.InFlight);
    }

    private void Change(string id, DeliveryState state, FailureKind failure = FailureKind.Unspecified) => _board.Changed(Make(id, state, failure));

    private Delivery Make(string id, DeliveryState state, FailureKind failure) => new()
    {
        Id = id,
        WebhookId = "wh_1",
        State = state,
        LastFailure = failure,
        AttemptCount = state is DeliveryState.Pending or DeliveryState.InFlight ? 0 : 1,
        Revision = ++_revision,
        UpdateTime = Timestamp.FromDateTimeOffset(_time.GetUtcNow()),
    };
}
