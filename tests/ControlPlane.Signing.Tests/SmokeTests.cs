namespace ControlPlane.Signing.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void Runner_Works_True() => Assert.True(true);
}
