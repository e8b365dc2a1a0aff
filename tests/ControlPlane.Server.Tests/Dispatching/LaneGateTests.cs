using ControlPlane.Server.Dispatching;
using ControlPlane.Testing;

namespace ControlPlane.Server.Tests.Dispatching;

public sealed class LaneGateTests
{
    private readonly TestClock _clock = new();
    private readonly LaneGate _gate;

    public LaneGateTests() => _gate = new(defaultMaxInFlight: 32, probeAfterFailures: 5, _clock);

    [Fact]
    public void Limit_UnknownReceiver_IsSmallAndGrowsWithEachSuccess()
    {
        Assert.Equal(8, _gate.Limit);
        Succeed(10);
        Assert.Equal(18, _gate.Limit);
        Succeed(100);
        Assert.Equal(32, _gate.Limit);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(100, 100)]
    public void Limit_WebhooksOwn_IsHonoured(int maxInFlight, int limit)
    {
        _gate.Configure(Records.Webhook() with { MaxInFlight = maxInFlight });
        Succeed(200);
        Assert.Equal(limit, _gate.Limit);
    }

    [Fact]
    public void Configure_OlderVersion_IsIgnored()
    {
        _gate.Configure(Records.Webhook() with { MaxInFlight = 2, Version = 3 });
        _gate.Configure(Records.Webhook() with { MaxInFlight = 5, Version = 2 });
        Assert.Equal(2, _gate.Limit);
    }

    [Fact]
    public void Wait_AtTheLimit_IsUntilOneEnds()
    {
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(TimeSpan.Zero, _gate.Wait());
            _gate.Started();
        }

        Assert.Null(_gate.Wait());
        _gate.Abandoned();
        Assert.Equal(TimeSpan.Zero, _gate.Wait());
    }

    [Fact]
    public void Ended_FailuresInARow_TurnFailingOnceAndOneSuccessEndsIt()
    {
        Assert.Equal([false, false, false, false, true, false], Enumerable.Range(0, 6).Select(_ => End(false)));
        Assert.True(_gate.Failing);
        Assert.Equal(1, _gate.Limit);
        Assert.False(End(true));
        Assert.False(_gate.Failing);
        Assert.Equal(9, _gate.Limit);
    }

    [Fact]
    public void Ended_SuccessInBetween_StartsCountingAnew()
    {
        for (var i = 0; i < 20; i++)
        {
            End(i % 5 == 4);
        }

        Assert.False(_gate.Failing);
    }

    [Theory]
    [InlineData(0.5, 60)]
    [InlineData(3, 60)]
    [InlineData(250, 10)]
    [InlineData(100_000, 1)]
    public void Wait_Rate_IsHonoured(double rate, int seconds)
    {
        _gate.Configure(Records.Webhook() with { MaxRatePerSecond = rate, MaxInFlight = 1 });
        var starts = 0;
        var end = _clock.GetUtcNow().AddSeconds(seconds);
        while (_clock.GetUtcNow() < end)
        {
            if (_gate.Wait() is { } wait && wait > TimeSpan.Zero)
            {
                _clock.Advance(wait);
                continue;
            }

            _gate.Started();
            _gate.Abandoned();
            starts++;
        }

        // An even pace, and at most a tenth of a second ahead of it.
        Assert.InRange(starts, Math.Floor(rate * seconds), Math.Ceiling(rate * (seconds + 0.1)) + 1);
    }

    [Fact]
    public void Wait_AfterIdleTime_SavesNothingUp()
    {
        _gate.Configure(Records.Webhook() with { MaxRatePerSecond = 1 });
        _clock.Advance(TimeSpan.FromHours(1));
        _gate.Started();
        Assert.Equal(TimeSpan.FromMilliseconds(900), _gate.Wait());
    }

    [Fact]
    public void Configure_FasterRate_HoldsAtOnce()
    {
        _gate.Configure(Records.Webhook() with { MaxRatePerSecond = 0.001 });
        _gate.Started();
        Assert.True(_gate.Wait() > TimeSpan.FromMinutes(16));
        _gate.Configure(Records.Webhook() with { MaxRatePerSecond = 10, Version = 2 });
        Assert.True(_gate.Wait() <= TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Wait_RateNearZero_DoesNotOverflow()
    {
        _gate.Configure(Records.Webhook() with { MaxRatePerSecond = double.Epsilon });
        _gate.Started();
        Assert.True(_gate.Wait() > TimeSpan.FromDays(300));
    }

    private void Succeed(int times)
    {
        for (var i = 0; i < times; i++)
        {
            End(true);
        }
    }

    private bool End(bool succeeded)
    {
        _gate.Started();
        return _gate.Ended(succeeded);
    }
}
