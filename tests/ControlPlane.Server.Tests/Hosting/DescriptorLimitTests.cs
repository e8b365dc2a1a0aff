using ControlPlane.Server.Hosting;

namespace ControlPlane.Server.Tests.Hosting;

public sealed class DescriptorLimitTests
{
    [Theory]
    [InlineData(10_000, 1_000_000, 10_000)]
    [InlineData(10_000, 1_064, 250)]
    [InlineData(100, 1_064, 100)]
    [InlineData(10_000, 60, 8)]
    [InlineData(5, -10, 5)]
    public void Bound_DescriptorsLeft_LeaveRoomForReceiversAndTheStore(int wanted, long free, int expected) =>
        Assert.Equal(expected, DescriptorLimit.Bound(wanted, free));
}
