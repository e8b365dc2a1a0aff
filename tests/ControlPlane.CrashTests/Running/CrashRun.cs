using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Points;
using ControlPlane.CrashTests.Receiving;
using ControlPlane.CrashTests.Serving;
using Xunit.Sdk;

namespace ControlPlane.CrashTests.Running;

/// <summary>One store and one receiver over many lives of the server.</summary>
internal static class CrashRun
{
    /// <summary>Kills as often as there are points.</summary>
    /// <param name="points">Where.</param>
    /// <param name="perEpoch">After how many kills everything is brought to rest and checked.</param>
    /// <param name="seed">Of the load.</param>
    /// <param name="progress">Told the summary after each epoch.</param>
    public static async Task<CrashSummary> RunAsync(
        IEnumerable<KillPoint> points, int perEpoch, int seed, Action<CrashSummary>? progress = null)
    {
        var summary = new CrashSummary();
        var moments = new Moments();
        await using var receiver = await Receiver.StartAsync(moments);
        await using var server = new CrashServer(receiver.AuthorityPem);
        foreach (var (i, some) in points.Chunk(perEpoch).Index())
        {
            await new Epoch($"epoch{i}", seed + (i * 100_000), server, receiver, moments, summary).RunAsync(some);
            progress?.Invoke(summary);
        }

        AddErrors(server, summary.Violations);
        return summary;
    }

    /// <summary>A server that is killed has nothing to say about it; one that recovers logs no error.</summary>
    private static void AddErrors(CrashServer server, Violations violations)
    {
        try
        {
            server.Log.AssertClean();
        }
        catch (XunitException e)
        {
            violations.Add(e.Message);
        }
    }
}
