using ControlPlane.Server.Publishing;
using ControlPlane.Testing;

namespace ControlPlane.Server.Tests.Publishing;

public sealed class PublishRatesTests
{
    private readonly TestClock _clock = new();
    private readonly PublishRates _rates;

    public PublishRatesTests() => _rates = new(_clock);

    [Fact]
    public void Take_NoLimit_AlwaysPasses()
    {
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Null(_rates.Take("a", 0, 1_000));
        }
    }

    [Theory]
    [InlineData(0.5, 1, 2_000)]
    [InlineData(1, 1, 1_000)]
    [InlineData(10, 10, 100)]
    [InlineData(2.5, 2, 200)]
    public void Take_ASecondsWorth_ThenWaits(double rate, int burst, int wait)
    {
        for (var i = 0; i < burst; i++)
        {
            Assert.Null(_rates.Take("a", rate, 1));
        }

        Assert.Equal(TimeSpan.FromMilliseconds(wait), _rates.Take("a", rate, 1));
        Assert.Null(_rates.Take("b", rate, 1));
    }

    [Fact]
    public void Take_BatchOfMoreThanASecondsWorth_PassesWhenSavedUpAndLeavesADebt()
    {
        Assert.Null(_rates.Take("a", 10, 100));
        Assert.Equal(TimeSpan.FromSeconds(9.1), _rates.Take("a", 10, 1));
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(TimeSpan.FromSeconds(0.1), _rates.Take("a", 10, 1));
        Assert.Equal(TimeSpan.FromSeconds(1), _rates.Take("a", 10, 100));
    }

    [Fact]
    public void Take_LongRun_KeepsTheRate()
    {
        var passed = 0;
        for (var i = 0; i < 10_000; i++)
        {
            passed += _rates.Take("a", 7, 3) is null ? 3 : 0;
            _clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.InRange(passed, 7 * 100 - 3, (7 * 100) + 7);
    }

    [Fact]
    public void Take_ToldWait_IsEnough()
    {
        for (var i = 0; i < 1_000; i++)
        {
            if (_rates.Take("a", 3.7, 1) is { } wait)
            {
                _clock.Advance(wait);
                Assert.Null(_rates.Take("a", 3.7, 1));
            }
        }
    }

    [Fact]
    public void Take_RateChanged_HoldsAtOnce()
    {
        Assert.Null(_rates.Take("a", 1, 1));
        Assert.NotNull(_rates.Take("a", 1, 1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_rates.Take("a", 1_000, 1_000));
        Assert.Null(_rates.Take("a", 0, 1));
        Assert.Null(_rates.Take("a", 1, 1));
        Assert.NotNull(_rates.Take("a", 1, 1));
    }
}
