using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Storage.LiteDb;
using ControlPlane.Storage.Sqlite;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>
/// The same load on every engine in one run: servers on all of them are there from the beginning to the end and take turns within each
/// round, so that a machine that gets slower does so for all, and next to each figure stands the bare loop from just before it.
/// </summary>
internal sealed class EnginesMode : IMode
{
    private const int Rate = 500;
    private const int BatchSize = 100;
    private static readonly int[] NodeCounts = [1, 3];

    public string Name => "engines";

    public string Summary => "the same load on LiteDB, SQLite, and PostgreSQL with one node and three, in turns";

    public async Task RunAsync(Bench bench)
    {
        var (settings, cancellation) = (bench.Settings, bench.Cancellation);
        var (rounds, warmUps, duration) = (settings.RoundsOr(3), settings.WarmUpsOr(2), TimeSpan.FromSeconds(settings.SecondsOr(10)));
        var events = (int)(settings.CountOr(10_000, 30_000) / BatchSize * BatchSize);
        using var certificates = new TestAuthority();
        await using var receiver = await ReceiverChoice.StartAsync(bench, certificates);
        await using var timing = await TimingReceiver.StartAsync(certificates, cancellation);
        using var loop = new SigningLoop(receiver.Url, receiver.Certificates, settings);
        bench.Report.Note(Name, $"receiver {receiver.Description}, of latencies {TimingReceiver.Description}; {settings.PayloadBytes} B payload, "
            + $"{events:N0} deliveries per round and as many of the bare loop before each; {settings.Concurrency} callers; {EngineRounds.Load}; "
            + $"{Rate:N0}/s for {duration.TotalSeconds:0} s, unary publishes at scheduled times; several nodes share the publishes; each PostgreSQL "
            + $"with shared_buffers=64MB, the rest as it comes; {warmUps} rounds of each to warm up, not counted");
        List<ServerGroup> groups = [];
        try
        {
            groups.Add(await ServerGroup.StartAsync(bench, "LiteDB", LiteDbStorage.Provider, certificates.AuthorityPem));
            groups.Add(await ServerGroup.StartAsync(bench, "SQLite", SqliteStorage.Provider, certificates.AuthorityPem));
            foreach (var nodes in NodeCounts)
            {
                groups.Add(await ServerGroup.StartNodesAsync(bench, $"PostgreSQL, {nodes} node{(nodes == 1 ? "" : "s")}", nodes, certificates.AuthorityPem));
            }

            List<EngineRounds> engines = [];
            foreach (var group in groups)
            {
                engines.Add(await EngineRounds.CreateAsync(bench, group, receiver, timing));
            }

            var costs = await DatabaseCostsAsync(groups);
            for (var round = -warmUps; round < rounds; round++)
            {
                bench.Progress(round < 0 ? "warm-up" : $"round {round + 1}");
                foreach (var engine in engines)
                {
                    await engine.MeasureRatesAsync(loop, events, round >= 0);
                }

                foreach (var engine in engines)
                {
                    await engine.MeasureLatencyAsync(timing, Rate, duration, round >= 0);
                }
            }

            foreach (var engine in engines)
            {
                await engine.ReportAsync(Name, $"{Rate:N0}/s");
            }

            var made = (rounds + warmUps) * ((2.0 * events) + OpenLoop.Count(Rate, duration));
            foreach (var (before, after) in costs.Zip(await DatabaseCostsAsync(groups)))
            {
                var spent = after.Cost - before.Cost;
                bench.Report.Add(Name, $"{after.Name}: log of the database per delivery", "B", [spent.LogBytes / made]);
                bench.Report.Add(Name, $"{after.Name}: stored per delivery", "B", [spent.StoredBytes / made]);
                bench.Report.Add(Name, $"{after.Name}: deliveries per transaction", "", [made / spent.Transactions]);
            }
        }
        finally
        {
            foreach (var group in groups)
            {
                await group.DisposeAsync();
            }
        }
    }

    private static async Task<List<(string Name, DatabaseCost Cost)>> DatabaseCostsAsync(IEnumerable<ServerGroup> groups)
    {
        List<(string, DatabaseCost)> costs = [];
        foreach (var group in groups)
        {
            if (group.ConnectionString is { } database)
            {
                costs.Add((group.Name, await DatabaseCost.ReadAsync(database)));
            }
        }

        return costs;
    }
}
