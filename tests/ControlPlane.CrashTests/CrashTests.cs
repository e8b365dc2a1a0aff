using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Points;
using ControlPlane.CrashTests.Running;

namespace ControlPlane.CrashTests;

/// <summary>A short run of what the program makes a long one of.</summary>
public sealed class CrashTests
{
    private const int Seed = 20;

    /// <summary>One of each step of an event's way, and one in the middle of starting again.</summary>
    private static readonly string[] Names =
    [
        "publish run, not committed",
        "log half written",
        "request received",
        "leases being recovered",
        "attempt recorded, not committed",
        "any time under load",
        "webhook deleted, its deliveries not cancelled",
    ];

    [Fact]
    public async Task Kill_AtMarkedPointsUnderLoad_BreaksNoPromise()
    {
        var random = new Random(Seed);
        var points = KillPoints.All.Select(make => make(random)).DistinctBy(point => point.Name).ToDictionary(point => point.Name);

        var summary = await CrashRun.RunAsync(Names.Select(name => points[name]), Names.Length, Seed);

        TestContext.Current.TestOutputHelper?.WriteLine(summary.ToString());
        Assert.True(summary.Violations.Found.Count == 0 && summary.Missed.Count == 0, summary.ToString());
        Assert.Equal(Names.Length, summary.Cycles);
    }

    [Theory]
    [InlineData("file half written")]
    [InlineData("later version not committed")]
    public async Task Kill_InTheFirstStart_TheNextOneMakesTheStore(string point)
    {
        var violations = new Violations();

        await FirstStart.RunAsync(FirstStart.Points.Single(p => p.Name == point), violations);

        Assert.Empty(violations.Found);
    }
}
