using ControlPlane.Server.Dispatching;

namespace ControlPlane.Server.Tests.Dispatching;

public sealed class InFlightCounterTests
{
    [Fact]
    public void WhenNone_NothingInFlight_IsComplete() => Assert.True(new InFlightCounter().WhenNone().IsCompleted);

    [Fact]
    public async Task WhenNone_TwoInFlight_CompletesWithTheLast()
    {
        var counter = new InFlightCounter();
        counter.Enter();
        counter.Enter();
        var none = counter.WhenNone();
        counter.Exit();
        Assert.False(none.IsCompleted);
        Assert.Equal(1, counter.Count);
        counter.Exit();
        await none;
        counter.Enter();
        Assert.False(counter.WhenNone().IsCompleted);
    }
}
