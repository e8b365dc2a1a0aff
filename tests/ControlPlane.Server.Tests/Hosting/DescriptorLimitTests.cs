using ControlPlane.Server.Hosting;

namespace ControlPlane.Server.Tests.Hosting;

public sealed class DescriptorLimitTests
{
    [Theory]
    [InlineData(1_000_000, 999_848, 249_950, 499_900)]
    [InlineData(1_024, 848, 200, 400)]
    [InlineData(400, 72, 6, 12)]
    public void Divide_DescriptorsLeft_LeavesRoomForReceiversAndTheStore(long limit, long free, int perListener, int toReceivers) =>
        Assert.Equal(new DescriptorLimit(limit, perListener, toReceivers), DescriptorLimit.Divide(limit, free));

    [Theory]
    [InlineData(71)]
    [InlineData(-3)]
    public void Divide_TooFewLeft_IsRefusedWithWhatIsNeeded(long free)
    {
        var refused = Assert.Throws<StartupException>(() => DescriptorLimit.Divide(400, free));
        Assert.Contains($"The limit of open files is 400", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"to {400 - free + 72} at least", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10_000, 10_000, 20_000, false)]
    [InlineData(100, 200, 1_000, false)]
    [InlineData(10_000, 999, 1_998, true)]
    [InlineData(100, 200, 400, true)]
    public void IsLow_FewerThanWanted_IsWorthAWarning(int wanted, int perListener, int toReceivers, bool isLow) =>
        Assert.Equal(isLow, new DescriptorLimit(1, perListener, toReceivers).IsLow(wanted));
}
