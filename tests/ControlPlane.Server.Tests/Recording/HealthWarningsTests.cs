using ControlPlane.Server.Recording;

namespace ControlPlane.Server.Tests.Recording;

public sealed class HealthWarningsTests
{
    [Theory]
    [InlineData(5, 0, 0)]
    [InlineData(5, 2.49, 0)]
    [InlineData(5, 2.5, 1)]
    [InlineData(5, 3.99, 1)]
    [InlineData(5, 4, 2)]
    [InlineData(2, 1, 1)]
    [InlineData(2, 1.9, 1)]
    [InlineData(0.01, 0.005, 1)]
    public void StageOf_Failing_HalfTheTimeAndADayBefore(double suspendAfter, double failed, int stage) => Assert.Equal(
        stage, new HealthWarnings(TimeSpan.FromDays(suspendAfter)).StageOf(Records.Time, Records.Time.AddDays(failed)));

    [Theory]
    [InlineData(14.01, 0)]
    [InlineData(14, 1)]
    [InlineData(3.01, 1)]
    [InlineData(3, 2)]
    [InlineData(-1, 2)]
    public void StageOf_Certificate_TwoWeeksAndThreeDaysBefore(double left, int stage)
    {
        Assert.Equal(stage, HealthWarnings.StageOf(Records.Time.AddDays(left), Records.Time));
        Assert.Equal(0, HealthWarnings.StageOf(null, Records.Time));
    }
}
