using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;
using ControlPlane.Testing;

namespace ControlPlane.Server.Tests.Dispatching;

public sealed class LaneTests
{
    private readonly TestClock _clock = new();
    private readonly WebhookRecord _webhook = Records.Webhook();
    private readonly Receiver _receiver = new();
    private readonly Lane _lane;
    private int _enlisted;

    public LaneTests()
    {
        _lane = new(
            _webhook.TenantId, _webhook.Id, new(), new LaneGate(defaultMaxInFlight: 32, probeAfterFailures: 3, _clock), maxQueue: 256, _clock);
        _lane.Configure(_webhook, _receiver);
    }

    private DateTimeOffset Now => _clock.GetUtcNow();

    [Fact]
    public void TryReserve_LaneFull_RefusesUntilRoomIsGivenBack()
    {
        Assert.Equal(64, Enumerable.Range(0, 100).Count(_ => _lane.TryReserve()));
        _lane.Unreserve();
        Assert.True(_lane.TryReserve());
        Assert.False(_lane.TryReserve());
    }

    [Fact]
    public void TryReserve_OlderOnesWaitInTheStore_Refuses()
    {
        _lane.Expect(Now);
        Assert.False(_lane.TryReserve());
        _lane.Claimed(found: true, 0, [], nextDue: Now.AddHours(1));
        Assert.True(_lane.TryReserve());
    }

    [Fact]
    public void TryReserve_SilentReceiver_RefusesUntilItAnswers()
    {
        _receiver.FallSilent();
        Assert.False(_lane.TryReserve());
        _receiver.Answered(_clock.GetTimestamp());
        Assert.True(_lane.TryReserve());
    }

    [Fact]
    public void Enqueue_Idle_IsEnlistedOnce()
    {
        Fill(3);
        Assert.Equal(1, _enlisted);
    }

    [Fact]
    public void Start_MoreQueued_WaitsForItsNextTurn()
    {
        Fill(3);
        Assert.True(_lane.Start(out var first).Enlist);
        Assert.Equal("dlv_0", first!.Delivery.Id);
    }

    [Fact]
    public void Start_AtTheLimit_StartsNoMoreUntilOneEnds()
    {
        Fill(10);
        Assert.Equal(8, StartAll());
        Assert.True(_lane.End(null, answered: false, out _).Enlist);
        Assert.Equal(1, StartAll());
    }

    [Fact]
    public void Expect_Future_WakesThen()
    {
        var decision = _lane.Expect(Now.AddMinutes(5));
        Assert.Equal((Now.AddMinutes(5), 0), (decision.Wake, decision.Claim));
    }

    [Fact]
    public void Expect_LaterThanKnown_KeepsTheEarlier()
    {
        _lane.Expect(Now.AddMinutes(5));
        Assert.Equal(Now.AddMinutes(5), _lane.Expect(Now.AddMinutes(9)).Wake);
    }

    [Fact]
    public void Expect_WhileClaiming_ClaimsAgainAfterwards()
    {
        Assert.NotEqual(0, _lane.Expect(Now).Claim);
        Assert.Equal(0, _lane.Expect(Now).Claim);
        Assert.NotEqual(0, _lane.Claimed(found: true, 0, [], nextDue: null).Claim);
    }

    [Fact]
    public void Unreserve_DueOnesWaited_AreClaimed()
    {
        for (var i = 0; i < 64; i++)
        {
            _lane.TryReserve();
        }

        Assert.Equal(0, _lane.Expect(Now).Claim);
        Assert.Single(Enumerable.Range(0, 64).Select(_ => _lane.Unreserve()), decision => decision.Claim > 0);
    }

    [Fact]
    public void ClaimFailed_ClaimsAgainAtThatTime()
    {
        _lane.Expect(Now);
        Assert.Equal(Now.AddSeconds(1), _lane.ClaimFailed(Now.AddSeconds(1)).Wake);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(0, _lane.Wake().Claim);
    }

    [Fact]
    public void Claimed_NotToBeSentTo_SleepsUntilReconsidered()
    {
        _lane.Expect(Now);
        Assert.Equal(0, _lane.Claimed(found: false, 0, [], nextDue: Now).Claim);
        Assert.Equal(0, _lane.Expect(Now).Claim);
        Assert.False(_lane.TryReserve());
        Assert.NotEqual(0, _lane.Reconsider().Claim);
    }

    [Fact]
    public void Claimed_ChangedMeanwhile_LooksAgain()
    {
        Assert.Equal(0, _lane.Expect(Now).Changes);
        _lane.Reconsider();
        var decision = _lane.Claimed(found: false, 0, [], nextDue: Now);
        Assert.NotEqual(0, decision.Claim);
        Assert.Equal(1, decision.Changes);
    }

    [Fact]
    public void End_FailingFromNowOn_GivesTheQueueBackAndProbesOneAtATime()
    {
        Fill(20);
        StartAll();
        Assert.Empty(Fail(out _));
        Assert.Empty(Fail(out _));
        Assert.Equal(12, Fail(out _).Count);
        Assert.False(_lane.TryReserve());

        Assert.Equal(0, _lane.Expect(Now).Claim);
        var claim = 0;
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(0, claim);
            Fail(out claim);
        }

        Assert.Equal(1, claim);
        _lane.Claimed(found: true, 0, [Item(99)], nextDue: Now);
        Assert.Equal(1, StartAll());
        Assert.True(_lane.End(true, answered: true, out _).Claim > 1);
    }

    [Fact]
    public void FallSilent_GivesTheQueueBackAndStartsNoMoreUntilAnAnswer()
    {
        Fill(20);
        StartAll();
        Assert.Equal(12, _lane.FallSilent().Count);
        Assert.Equal(0, _lane.Expect(Now).Claim);
        Assert.True(_lane.Silent);
        Assert.True(_lane.End(true, answered: true, out _).Claim > 1);
        Assert.False(_lane.Silent);
    }

    [Fact]
    public void Configure_AnotherHost_ForgetsThatTheOldOneWasSilent()
    {
        _lane.FallSilent();
        _lane.Configure(_webhook with { Version = _webhook.Version + 1 }, _receiver);
        Assert.True(_lane.Silent);
        _lane.Configure(_webhook with { Version = _webhook.Version + 2 }, new Receiver());
        Assert.False(_lane.Silent);
    }

    [Fact]
    public void Start_RateLimited_WakesForTheNextStart()
    {
        _lane.Configure(_webhook with { MaxRatePerSecond = 1, Version = _webhook.Version + 1 }, _receiver);
        Fill(2);
        var decision = _lane.Start(out _);
        Assert.Equal((Now.AddMilliseconds(900), false), (decision.Wake, decision.Enlist));
        _clock.Advance(TimeSpan.FromMilliseconds(900));
        Assert.True(_lane.Wake().Enlist);
    }

    private IReadOnlyList<WorkItem> Fail(out int claim)
    {
        claim = _lane.End(false, answered: true, out var back).Claim;
        return back;
    }

    private WorkItem Item(int number) => new(new(), Records.Delivery($"dlv_{number}"), null, 0, Now.AddMinutes(1));

    private void Fill(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.True(_lane.TryReserve());
            _enlisted += _lane.Enqueue(Item(i)).Enlist ? 1 : 0;
        }
    }

    private int StartAll()
    {
        for (var started = 0; ; started++)
        {
            _lane.Start(out var item);
            if (item is null)
            {
                return started;
            }
        }
    }
}
