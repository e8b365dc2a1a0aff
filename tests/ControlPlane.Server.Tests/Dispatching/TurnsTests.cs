using ControlPlane.Server.Dispatching;
using ControlPlane.Testing;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Dispatching;

/// <summary>Who may send next, and who makes room for whom.</summary>
public sealed class TurnsTests
{
    private const int Limit = 64;
    private readonly TestClock _clock = new();
    private readonly List<Turn> _inFlight = [];

    [Fact]
    public void TryTake_ManyLanesOfOneTenant_OthersGetEverySecondTurn()
    {
        var turns = Create(limit: 1);
        Enlist(turns, "busy", 3);
        Enlist(turns, "quiet", 1);
        Assert.Equal(["busy0", "quiet0", "busy1", "busy2"], OneByOne(turns));
    }

    [Fact]
    public void TryTake_LanesOfOneTenant_TakeTurns()
    {
        var turns = Create(limit: 1);
        var (one, two) = (Lane("ten", "one"), Lane("ten", "two"));
        foreach (var lane in new[] { one, two, one })
        {
            turns.Enlist(lane);
        }

        Assert.Equal(["one", "two", "one"], OneByOne(turns));
    }

    [Fact]
    public void TryTake_Closed_GivesNone()
    {
        var turns = Create();
        Enlist(turns, "ten", 2);
        Assert.Equal(2, TakeAll(turns));
        Enlist(turns, "ten", 2);
        turns.Close();
        Assert.Equal(0, TakeAll(turns));
    }

    [Fact]
    public void TryTake_TheOnlyTenantAtWork_GetsAllButTheReserve()
    {
        var turns = Create();
        Enlist(turns, "ten", 2 * Limit);
        Assert.Equal(Limit - (Limit / 8), TakeAll(turns));
    }

    [Fact]
    public void TryTake_AnotherHasTakenAllItCan_LatecomersStartAtOnce()
    {
        var turns = Create();
        Enlist(turns, "hostile", 2 * Limit);
        TakeAll(turns);
        for (var i = 0; i < Limit / 8; i++)
        {
            Enlist(turns, $"late{i}", 1);
        }

        Assert.Equal(Limit / 8, TakeAll(turns));
        Assert.Equal(Limit, turns.InFlight);
    }

    [Fact]
    public void TryTake_NothingFree_TheLongestUnansweredOfWhoHasMostGivesWay()
    {
        var turns = Create();
        FillUp(turns);
        Assert.Equal(0, TakeFor(turns, "late"));
        Assert.DoesNotContain(_inFlight, turn => turn.GivesWay);

        _clock.Advance(Turns.SilentAfter);
        Assert.Equal(0, TakeAll(turns));
        var victim = Assert.Single(_inFlight, turn => turn.GivesWay);
        Assert.Same(_inFlight[0], victim);
        Assert.True(victim.GivingWay.IsCancellationRequested);

        // One at a time: its place is not free yet.
        Assert.Equal(0, TakeAll(turns));
        Assert.Single(_inFlight, turn => turn.GivesWay);
        End(turns, victim);
        Assert.True(turns.TryTake(out var taken));
        Assert.Equal("late", taken.Lane.TenantId);
    }

    [Fact]
    public void TryTake_ManyTenantsWithoutEnd_NoneKeepsMoreThanAnEqualPart()
    {
        var turns = Create();
        for (var i = 0; i < 10; i++)
        {
            Enlist(turns, $"hostile{i}", Limit);
            TakeAll(turns);
        }

        // Room is made for one of each round, until nobody has more than its part.
        for (var round = 0; round < 100; round++)
        {
            _clock.Advance(Turns.SilentAfter);
            TakeAll(turns);
            foreach (var turn in _inFlight.Where(turn => turn.GivesWay).ToList())
            {
                End(turns, turn);
            }
        }

        var part = FairShare.Part(Limit, 10);
        Assert.All(_inFlight.GroupBy(turn => turn.Lane.TenantId), held => Assert.InRange(held.Count(), part, part + 1));
        Assert.Equal(10, _inFlight.GroupBy(turn => turn.Lane.TenantId).Count());
        Assert.Equal(1, TakeFor(turns, "late"));
    }

    [Fact]
    public void TryTake_ATenantsOwnSilentOnes_GiveWayToItsOthers()
    {
        var turns = Create();
        Enlist(turns, "ten", Limit);
        TakeAll(turns);
        _clock.Advance(Turns.SilentAfter);
        turns.FindSilent();
        turns.Enlist(Lane("ten", "well"));
        TakeAll(turns);
        End(turns, Assert.Single(_inFlight, turn => turn.GivesWay));
        TakeAll(turns);
        Assert.Contains(_inFlight, turn => turn.Lane.WebhookId == "well" || turn.Lane.WebhookId == "ten56");
    }

    [Fact]
    public void TryTake_ATenantsOwnSlowOnesThatAnswer_AreLeftAlone()
    {
        var turns = Create();
        var slow = Lane("ten", "slow");
        slow.Receiver.Answered(_clock.GetTimestamp());
        for (var i = 0; i < Limit; i++)
        {
            turns.Enlist(slow);
        }

        TakeAll(turns);
        _clock.Advance(Turns.SilentAfter);
        turns.Hear(_inFlight[^1], answered: true, timedOut: false);
        turns.Enlist(Lane("ten", "other"));
        TakeAll(turns);
        Assert.DoesNotContain(_inFlight, turn => turn.GivesWay);
    }

    [Fact]
    public void TryTake_HostThatHasNotAnswered_GetsEightOverAllItsWebhooksUntilItDoes()
    {
        var turns = Create();
        var receiver = new Receiver();
        for (var i = 0; i < 20; i++)
        {
            turns.Enlist(Lane("ten", $"wh_{i}", receiver));
        }

        Assert.Equal(8, TakeAll(turns));
        turns.Hear(_inFlight[0], answered: true, timedOut: false);
        End(turns, _inFlight[0]);
        Assert.Equal(12, TakeAll(turns));
    }

    [Fact]
    public void TryTake_SilentHost_GetsOneAtATimeWhateverWebhookItIs()
    {
        var turns = Create();
        var receiver = new Receiver();
        turns.Enlist(Lane("ten", "wh_old", receiver));
        TakeAll(turns);
        turns.Hear(_inFlight[0], answered: false, timedOut: true);
        End(turns, _inFlight[0]);

        // The webhook was deleted and made again, twenty times over.
        for (var i = 0; i < 20; i++)
        {
            turns.Enlist(Lane("ten", $"wh_new{i}", receiver));
        }

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(1, TakeAll(turns));
            End(turns, _inFlight[0]);
        }
    }

    [Fact]
    public void FindSilent_NoAnswerForASecond_NamesTheLaneOnce()
    {
        var turns = Create();
        Enlist(turns, "ten", 1);
        TakeAll(turns);
        _clock.Advance(Turns.SilentAfter - TimeSpan.FromMilliseconds(1));
        Assert.Empty(turns.FindSilent());
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("ten0", Assert.Single(turns.FindSilent()).WebhookId);
        Assert.True(_inFlight[0].Receiver.Silent);
        Assert.Empty(turns.FindSilent());
    }

    private Turns Create(int limit = Limit) => new(Options.Create(new DispatchingOptions { MaxInFlight = limit }), _clock);

    private Lane Lane(string tenantId, string webhookId, Receiver? receiver = null)
    {
        var lane = new Lane(tenantId, webhookId, new(), new LaneGate(32, 5, _clock), 256, _clock);
        lane.Configure(Records.Webhook(webhookId) with { TenantId = tenantId }, receiver ?? new());
        return lane;
    }

    private void Enlist(Turns turns, string tenantId, int lanes)
    {
        for (var i = 0; i < lanes; i++)
        {
            turns.Enlist(Lane(tenantId, $"{tenantId}{i}"));
        }
    }

    /// <summary>Two tenants take everything, the reserve too.</summary>
    private void FillUp(Turns turns)
    {
        Enlist(turns, "first", Limit);
        TakeAll(turns);
        Enlist(turns, "second", Limit / 8);
        TakeAll(turns);
        Assert.Equal(Limit, turns.InFlight);
    }

    [Fact]
    public void TryTake_NotWrittenYet_GivesWayAfterFiveSecondsAndNotAfterOne()
    {
        var turns = Create();
        Enlist(turns, "first", Limit);
        TakeAll(turns, writes: false);
        Enlist(turns, "second", Limit / 8);
        TakeAll(turns, writes: false);
        _clock.Advance(Turns.UnwrittenAfter - TimeSpan.FromMilliseconds(1));
        TakeFor(turns, "late");
        Assert.DoesNotContain(_inFlight, turn => turn.GivesWay);
        Assert.Empty(turns.FindSilent());

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        TakeAll(turns);
        Assert.Same(_inFlight[0], Assert.Single(_inFlight, turn => turn.GivesWay));
    }

    [Fact]
    public void TryTake_ConnectingTookSeconds_TheReceiverHasItsSecondFromThen()
    {
        var turns = Create();
        Enlist(turns, "first", Limit);
        TakeAll(turns, writes: false);
        Enlist(turns, "second", Limit / 8);
        TakeAll(turns, writes: false);
        _clock.Advance(TimeSpan.FromSeconds(4));
        _inFlight.ForEach(turns.NoteWritten);
        _clock.Advance(Turns.SilentAfter - TimeSpan.FromMilliseconds(1));
        TakeFor(turns, "late");
        Assert.DoesNotContain(_inFlight, turn => turn.GivesWay);
        Assert.Empty(turns.FindSilent());

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        TakeAll(turns);
        Assert.Single(_inFlight, turn => turn.GivesWay);
        Assert.Equal(Limit, turns.FindSilent().Count);
    }

    private int TakeFor(Turns turns, string tenantId)
    {
        Enlist(turns, tenantId, 1);
        var before = _inFlight.Count;
        TakeAll(turns);
        return _inFlight.Skip(before).Count(turn => turn.Lane.TenantId == tenantId);
    }

    private int TakeAll(Turns turns, bool writes = true)
    {
        var before = _inFlight.Count;
        while (turns.TryTake(out var turn))
        {
            _inFlight.Add(turn);
            if (writes)
            {
                turns.NoteWritten(turn);
            }
        }

        return _inFlight.Count - before;
    }

    private void End(Turns turns, Turn turn)
    {
        _inFlight.Remove(turn);
        turns.End(turn);
    }

    private static IEnumerable<string> OneByOne(Turns turns)
    {
        while (turns.TryTake(out var turn))
        {
            yield return turn.Lane.WebhookId;
            turns.End(turn);
        }
    }
}
