using ControlPlane.Storage;
using ControlPlane.Testing;

namespace ControlPlane.Server.Tests.Dispatching;

public sealed class SteadyClockTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TestClock _machine = new();

    [Fact]
    public void GetUtcNow_WallClockSetBack_GoesOnByElapsedTimeUntilItIsCaughtUpWith()
    {
        var clock = new SteadyClock(_machine);
        var start = clock.GetUtcNow();
        Assert.Equal(_machine.GetUtcNow(), start);

        _machine.Step(-2 * Hour);
        Assert.Equal(start, clock.GetUtcNow());
        _machine.Advance(Hour);
        Assert.Equal(start + Hour, clock.GetUtcNow());

        _machine.Step(Hour);
        Assert.Equal(start + Hour, clock.GetUtcNow());
        _machine.Step(Hour);
        _machine.Advance(Hour);
        Assert.Equal((start + (2 * Hour), _machine.GetUtcNow()), (clock.GetUtcNow(), clock.GetUtcNow()));
    }

    [Fact]
    public void GetUtcNow_WallClockSetAhead_IsTheWallClock()
    {
        var clock = new SteadyClock(_machine);
        var start = clock.GetUtcNow();
        _machine.Step(Hour);
        Assert.Equal(start + Hour, clock.GetUtcNow());
        _machine.Advance(Hour);
        Assert.Equal(start + (2 * Hour), clock.GetUtcNow());
    }
}
