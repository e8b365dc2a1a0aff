namespace ControlPlane.Server.Tests;

public sealed class AtOnceTests
{
    [Fact]
    public void TryEnter_BeyondATenantsPart_LeavesTheRestForOthers()
    {
        var atOnce = new AtOnce(most: 3, mostPerTenant: 2);
        var first = atOnce.TryEnter("a");
        Assert.NotNull(first);
        Assert.NotNull(atOnce.TryEnter("a"));
        Assert.Null(atOnce.TryEnter("a"));
        Assert.NotNull(atOnce.TryEnter("b"));
        Assert.Null(atOnce.TryEnter("c"));

        first.Dispose();
        first.Dispose();
        Assert.NotNull(atOnce.TryEnter("a"));
        Assert.Null(atOnce.TryEnter("a"));
        Assert.Null(atOnce.TryEnter("c"));
    }
}
