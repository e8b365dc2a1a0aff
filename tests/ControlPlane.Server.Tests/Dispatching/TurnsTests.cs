using ControlPlane.Server.Dispatching;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Dispatching;

public sealed class TurnsTests
{
    private readonly ManualClock _clock = new();
    private readonly List<string> _started = [];
    private readonly Dictionary<string, TenantPlaces> _shares = [];

    [Fact]
    public void Enlist_ManyLanesOfOneTenant_OthersGetEverySecondTurn()
    {
        var line = Line(inFlight: 1, perTenant: 1);
        var busy = Enumerable.Range(0, 3).Select(i => Lane("ten_busy", $"busy{i}")).ToArray();
        var quiet = Lane("ten_quiet", "quiet");
        foreach (var lane in busy.Append(quiet))
        {
            line.Enlist(lane);
        }

        Assert.Equal(["busy0"], _started);
        line.Ended(busy[0]);
        line.Ended(quiet);
        line.Ended(busy[1]);
        Assert.Equal(["busy0", "quiet", "busy1", "busy2"], _started);
    }

    [Fact]
    public void Enlist_LanesOfOneTenant_TakeTurns()
    {
        var line = Line(inFlight: 1, perTenant: 1);
        var (one, two) = (Lane("ten_1", "one"), Lane("ten_1", "two"));
        line.Enlist(one);
        line.Enlist(two);
        line.Enlist(one);
        line.Ended(one);
        line.Ended(two);
        Assert.Equal(["one", "two", "one"], _started);
    }

    [Fact]
    public void Enlist_TenantHasItsShare_WaitsWhileOthersGoOn()
    {
        var line = Line(inFlight: 10, perTenant: 2);
        var hanging = Enumerable.Range(0, 4).Select(i => Lane("ten_1", $"hangs{i}")).ToArray();
        foreach (var lane in hanging)
        {
            line.Enlist(lane);
        }

        line.Enlist(Lane("ten_2", "well"));
        Assert.Equal(["hangs0", "hangs1", "well"], _started);
        Assert.Equal(3, line.InFlight);
        line.Ended(hanging[0]);
        Assert.Equal("hangs2", _started[^1]);
        Assert.Equal(4, _started.Count);
    }

    [Fact]
    public void Enlist_BeforeOpen_StartsWhenOpened()
    {
        var line = new Turns(Options.Create(new DispatchingOptions()));
        line.Enlist(Lane("ten_1", "early"));
        Assert.Empty(_started);
        line.Open(lane => _started.Add(lane.WebhookId));
        Assert.Equal(["early"], _started);
    }

    [Fact]
    public void Close_LanesWait_AreNotStarted()
    {
        var line = Line(inFlight: 1, perTenant: 1);
        var lane = Lane("ten_1", "one");
        line.Enlist(lane);
        line.Enlist(Lane("ten_1", "two"));
        line.Close();
        line.Ended(lane);
        Assert.Equal(["one"], _started);
        Assert.Equal(0, line.InFlight);
    }

    private Turns Line(int inFlight, int perTenant)
    {
        var line = new Turns(Options.Create(new DispatchingOptions { MaxInFlight = inFlight, MaxInFlightPerTenant = perTenant }));
        line.Open(lane => _started.Add(lane.WebhookId));
        return line;
    }

    private Lane Lane(string tenantId, string webhookId)
    {
        if (!_shares.TryGetValue(tenantId, out var share))
        {
            _shares[tenantId] = share = new();
        }

        return new(tenantId, webhookId, share, new LaneGate(32, 5, _clock), new FakeLaneHost(), 256, _clock);
    }
}
