using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Points;
using ControlPlane.CrashTests.Running;
using ControlPlane.Testing;

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
        "committed, nobody told",
        "log about to be cut",
    ];

    [Fact]
    public async Task Kill_AtMarkedPointsUnderLoad_BreaksNoPromise()
    {
        var random = new Random(Seed);
        var points = KillPoints.Of(ServerSetup.ChosenProvider).Select(make => make(random)).DistinctBy(point => point.Name).ToDictionary(point => point.Name);

        // Some are inside one engine only.
        var chosen = Names.Where(points.ContainsKey).ToArray();

        var summary = await CrashRun.RunAsync(chosen.Select(name => points[name]), chosen.Length, Seed);

        TestContext.Current.TestOutputHelper?.WriteLine(summary.ToString());
        Assert.True(summary.Violations.Found.Count == 0 && summary.Missed.Count == 0 && summary.CutShort is null, summary.ToString());
        Assert.Equal(chosen.Length, summary.Cycles);
    }

    [Theory]
    [InlineData("file half written")]
    [InlineData("later version not committed")]
    [InlineData("store in the file, log not cut")]
    public async Task Kill_InTheFirstStart_TheNextOneMakesTheStore(string point)
    {
        var violations = new Violations();

        // Some are inside one engine only.
        foreach (var chosen in FirstStart.Of(ServerSetup.ChosenProvider).Where(p => p.Name == point))
        {
            await FirstStart.RunAsync(chosen, violations);
        }

        Assert.Empty(violations.Found);
    }
}
