using ControlPlane.CrashTests.Points;
using ControlPlane.CrashTests.Receiving;
using ControlPlane.CrashTests.Serving;

namespace ControlPlane.CrashTests.Running;

/// <summary>One store and one receiver over many lives of the server, or of several nodes of it.</summary>
internal static class CrashRun
{
    /// <summary>Kills as often as there are points.</summary>
    /// <param name="points">Where.</param>
    /// <param name="perEpoch">After how many kills everything is brought to rest and checked.</param>
    /// <param name="seed">Of the load.</param>
    /// <param name="nodes">How many share the store; with more than one it is a PostgreSQL database.</param>
    /// <param name="progress">Told the summary after each epoch.</param>
    public static async Task<CrashSummary> RunAsync(
        IEnumerable<KillPoint> points, int perEpoch, int seed, int nodes = 1, Action<CrashSummary>? progress = null)
    {
        var summary = new CrashSummary();
        var moments = new Moments();
        await using var receiver = await Receiver.StartAsync(moments);
        await using var servers = await CrashServers.CreateAsync(receiver.AuthorityPem, nodes);
        receiver.LifeOf = servers.LifeOf;
        foreach (var (i, some) in points.Chunk(perEpoch).Index())
        {
            try
            {
                await new Epoch($"epoch{i}", seed + (i * 100_000), servers, receiver, moments, summary).RunAsync(some);
            }
            catch (NotReadyException e)
            {
                summary.CutShort = e.Message;
                break;
            }

            progress?.Invoke(summary);
        }

        servers.CheckLogs(summary.Violations);
        return summary;
    }
}
