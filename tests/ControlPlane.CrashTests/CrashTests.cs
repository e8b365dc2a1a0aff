using ControlPlane.CrashTests.Points;
using ControlPlane.CrashTests.Running;

namespace ControlPlane.CrashTests;

public sealed class CrashTests
{
    [Fact]
    public async Task Kill_AtMarkedPoints_BreaksNoPromise()
    {
        var plan = new KillPlan(1);
        var summary = await CrashRun.RunAsync(Enumerable.Range(0, 6).Select(_ => plan.Next()), 6, 1);

        TestContext.Current.TestOutputHelper?.WriteLine(summary.ToString());
        Assert.True(summary.Violations.Found.Count == 0, summary.ToString());
    }
}
