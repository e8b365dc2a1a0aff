using ControlPlane.Server.Dispatching;

namespace ControlPlane.Server.Tests.Dispatching;

public sealed class UnderWayTests
{
    [Fact]
    public void WhenNone_NothingUnderWay_IsComplete() => Assert.True(new UnderWay().WhenNone().IsCompleted);

    [Fact]
    public async Task WhenNone_TwoUnderWay_CompletesWithTheLast()
    {
        var underWay = new UnderWay();
        underWay.Enter();
        underWay.Enter();
        var none = underWay.WhenNone();
        underWay.Exit();
        Assert.False(none.IsCompleted);
        Assert.Equal(1, underWay.Count);
        underWay.Exit();
        await none;
        underWay.Enter();
        Assert.False(underWay.WhenNone().IsCompleted);
    }
}
