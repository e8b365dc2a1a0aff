using ControlPlane.Server.Maintenance;
using ControlPlane.Testing;

namespace ControlPlane.Server.Tests.Maintenance;

public sealed class ClockLeapsTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public void Look_TimeGoesBy_IsNoLeap()
    {
        var leaps = new ClockLeaps(_clock);
        foreach (var by in new[] { TimeSpan.Zero, TimeSpan.FromHours(2), TimeSpan.FromDays(400) })
        {
            _clock.Advance(by);
            Assert.Equal(TimeSpan.Zero, leaps.Look());
            Assert.False(leaps.InDoubt);
        }
    }

    [Fact]
    public void Look_SmallCorrections_AreNoLeap()
    {
        var leaps = new ClockLeaps(_clock);
        foreach (var by in new[] { ClockLeaps.Leap, -ClockLeaps.Leap, TimeSpan.FromDays(-1), TimeSpan.FromSeconds(1) })
        {
            _clock.Step(by);
            Assert.Equal(TimeSpan.Zero, leaps.Look());
        }

        Assert.False(leaps.InDoubt);
    }

    [Fact]
    public void Look_SetAhead_IsInDoubtForADayOfRunningTime()
    {
        var leaps = new ClockLeaps(_clock);
        _clock.Advance(TimeSpan.FromMinutes(10));
        _clock.Step(TimeSpan.FromDays(60));

        Assert.Equal(TimeSpan.FromDays(60), leaps.Look());
        Assert.True(leaps.InDoubt);
        _clock.Step(TimeSpan.FromDays(-60));
        _clock.Advance(ClockLeaps.Doubt - TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, leaps.Look());
        Assert.True(leaps.InDoubt);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, leaps.Look());
        Assert.False(leaps.InDoubt);
    }
}
