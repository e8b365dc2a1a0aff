using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Dispatching;

public sealed class LaneTests
{
    private readonly ManualClock _clock = new();
    private readonly FakeLaneHost _host = new();
    private readonly WebhookRecord _webhook = Records.Webhook();
    private readonly Lane _lane;

    public LaneTests() => _lane = new(
        _webhook.TenantId, _webhook.Id, new(), new LaneGate(defaultMaxInFlight: 32, probeAfterFailures: 3, _clock), _host, maxQueue: 256, _clock);

    private DateTimeOffset Now => _clock.GetUtcNow();

    [Fact]
    public void TryReserve_Room_TakesAPlaceUntilItIsGivenBack()
    {
        Assert.True(_lane.TryReserve(_webhook));
        Assert.Equal(999, _host.Places);
        _lane.Unreserve();
        Assert.Equal(1000, _host.Places);
    }

    [Fact]
    public void TryReserve_LaneFull_Refuses()
    {
        Assert.Equal(64, Enumerable.Range(0, 100).Count(_ => _lane.TryReserve(_webhook)));
        Assert.Equal(1000 - 64, _host.Places);
    }

    [Fact]
    public void TryReserve_NoPlaceInMemory_Refuses()
    {
        _host.Places = 0;
        Assert.False(_lane.TryReserve(_webhook));
    }

    [Fact]
    public void TryReserve_OlderOnesWaitInTheStore_Refuses()
    {
        _lane.Expect(Now);
        Assert.False(_lane.TryReserve(_webhook));
        _lane.Claimed(_webhook, 0, [], nextDue: Now.AddHours(1));
        Assert.True(_lane.TryReserve(_webhook));
    }

    [Fact]
    public void Enqueue_Idle_IsEnlistedOnce()
    {
        Fill(3);
        Assert.Equal(1, _host.Enlisted);
    }

    [Fact]
    public void TryStart_MoreQueued_GoesToTheEndOfTheLine()
    {
        Fill(3);
        Assert.True(_lane.TryStart(out var first));
        Assert.Equal("dlv_0", first.Delivery.Id);
        Assert.Equal(2, _host.Enlisted);
    }

    [Fact]
    public void TryStart_AtTheLimit_StartsNoMoreUntilOneEnds()
    {
        Fill(10);
        Assert.Equal(8, StartAll());
        var enlisted = _host.Enlisted;
        _lane.Ended(null);
        Assert.Equal(enlisted + 1, _host.Enlisted);
        Assert.Equal(1, StartAll());
    }

    [Fact]
    public void Expect_Future_SetsTheAlarm()
    {
        _lane.Expect(Now.AddMinutes(5));
        Assert.Equal([Now.AddMinutes(5)], _host.Alarms);
        Assert.Empty(_host.Claims);
    }

    [Fact]
    public void Expect_LaterThanKnown_KeepsTheEarlier()
    {
        _lane.Expect(Now.AddMinutes(5));
        _lane.Expect(Now.AddMinutes(9));
        Assert.Equal(Now.AddMinutes(5), _host.Alarms[^1]);
    }

    [Fact]
    public void Expect_WhileClaiming_ClaimsAgainAfterwards()
    {
        _lane.Expect(Now);
        _lane.Expect(Now);
        Assert.Single(_host.Claims);
        _lane.Claimed(_webhook, 0, [], nextDue: null);
        Assert.Equal(2, _host.Claims.Count);
    }

    [Fact]
    public void Unreserve_DueOnesWaited_AreClaimed()
    {
        for (var i = 0; i < 64; i++)
        {
            _lane.TryReserve(_webhook);
        }

        _lane.Expect(Now);
        Assert.Empty(_host.Claims);
        for (var i = 0; i < 64; i++)
        {
            _lane.Unreserve();
        }

        Assert.Single(_host.Claims);
    }

    [Fact]
    public void ClaimFailed_ClaimsAgainAtThatTime()
    {
        _lane.Expect(Now);
        _lane.ClaimFailed(Now.AddSeconds(1));
        Assert.Equal([Now.AddSeconds(1)], _host.Alarms);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _lane.Pump();
        Assert.Equal(2, _host.Claims.Count);
    }

    [Fact]
    public void Claimed_NotToBeSentTo_SleepsUntilReconsidered()
    {
        _lane.Expect(Now);
        _lane.Claimed(null, 0, [], nextDue: Now);
        _lane.Expect(Now);
        Assert.Single(_host.Claims);
        Assert.False(_lane.TryReserve(_webhook));
        _lane.Reconsider();
        Assert.Equal(2, _host.Claims.Count);
    }

    [Fact]
    public void Claimed_ChangedMeanwhile_LooksAgain()
    {
        _lane.Expect(Now);
        _lane.Reconsider();
        _lane.Claimed(null, 0, [], nextDue: Now);
        Assert.Equal([0, 1], _host.Claims.Select(claim => claim.Changes));
    }

    [Fact]
    public void Ended_FailingFromNowOn_GivesTheQueueBackAndProbesOneAtATime()
    {
        Fill(20);
        StartAll();
        Assert.Empty(_lane.Ended(false));
        Assert.Empty(_lane.Ended(false));
        Assert.Equal(12, _lane.Ended(false).Count);
        Assert.False(_lane.TryReserve(_webhook));

        _lane.Expect(Now);
        Assert.Empty(_host.Claims);
        for (var i = 0; i < 5; i++)
        {
            _lane.Ended(false);
        }

        Assert.Equal([1], _host.Claims.Select(claim => claim.Limit));
        _lane.Claimed(_webhook, 0, [Item(99)], nextDue: Now);
        Assert.Equal(1, StartAll());
        Assert.Single(_host.Claims);
        _lane.Ended(true);
        Assert.True(_host.Claims[^1].Limit > 1);
    }

    [Fact]
    public void Pump_RateLimited_SetsTheAlarmForTheNextStart()
    {
        var slow = _webhook with { MaxRatePerSecond = 1 };
        Fill(2, slow);
        Assert.True(_lane.TryStart(out _));
        Assert.Equal(1, _host.Enlisted);
        Assert.Equal(Now.AddMilliseconds(900), _host.Alarms[^1]);
        _clock.Advance(TimeSpan.FromMilliseconds(900));
        _lane.Pump();
        Assert.Equal(2, _host.Enlisted);
    }

    private WorkItem Item(int number) => new(new(), Records.Delivery($"dlv_{number}"), null, Now.AddMinutes(1));

    private void Fill(int count, WebhookRecord? webhook = null)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.True(_lane.TryReserve(webhook ?? _webhook));
            _lane.Enqueue(Item(i));
        }
    }

    private int StartAll()
    {
        var started = 0;
        while (_lane.TryStart(out _))
        {
            started++;
        }

        return started;
    }
}
