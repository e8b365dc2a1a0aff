using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Testing;
using ControlPlane.Testing.Postgres;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>
/// The same as <c>deliver</c> with PostgreSQL on this machine, by one node and by three that share the publishes, next to the bare loop.
/// </summary>
internal sealed class ClusterMode : IMode
{
    private const int BatchHooks = 50;
    private const int BatchSize = 100;
    private const int BatchCallers = 6;

    public string Name => "cluster";

    public string Summary => "publish to SUCCEEDED on PostgreSQL, with one node and with three";

    public async Task RunAsync(Bench bench)
    {
        var (settings, cancellation) = (bench.Settings, bench.Cancellation);
        using var certificates = new TestAuthority();
        await using var receiver = await ReceiverChoice.StartAsync(bench, certificates);
        using var loop = new SigningLoop(receiver.Url, receiver.Certificates, settings);
        var ceiling = await loop.RunAsync(settings.CountOr(30_000, 30_000), cancellation);
        ceiling = await loop.RunAsync(settings.CountOr(30_000, 30_000), cancellation);
        bench.Report.Add(Name, "bare loop (ceiling)", "/s", [ceiling]);
        foreach (var nodes in new[] { 1, 3 })
        {
            await using var database = await PostgresServer.StartAsync();
            await MeasureAsync(bench, database, nodes, receiver, certificates);
        }
    }

    private async Task MeasureAsync(Bench bench, PostgresServer database, int count, IReceiver receiver, TestAuthority certificates)
    {
        var (settings, cancellation) = (bench.Settings, bench.Cancellation);
        var store = new Dictionary<string, string>
        {
            ["ControlPlane__Storage__Provider"] = "postgres",
            ["ControlPlane__Storage__ConnectionString"] = await database.CreateDatabaseAsync(),
            ["ControlPlane__Secrets__MasterKey"] = Convert.ToBase64String(new byte[32]),
        };
        var events = settings.CountOr(10_000, 30_000) / BatchSize * BatchSize;
        List<Workspace> workspaces = [];
        List<MeasuredServer> servers = [];
        List<ServerClients> clients = [];
        try
        {
            for (var i = 0; i < count; i++)
            {
                workspaces.Add(bench.OpenWorkspace());
                servers.Add(await MeasuredServer.StartAsync(workspaces[i], certificates.AuthorityPem, cancellation, store));
                clients.Add(servers[i].Connect());
            }

            var many = await Hooks.CreateAsync(clients[0], "many", Enumerable.Repeat(receiver.Url, BatchHooks), 0, cancellation);
            var publishing = clients.Select(each => new Publishing(each, many, settings.PayloadBytes)).ToList();
            var drain = new Drain(clients[0], receiver, bench);
            List<double> unary = [], batches = [];
            var cost = await DatabaseCost.ReadAsync(store["ControlPlane__Storage__ConnectionString"]);
            for (var round = -settings.WarmUpsOr(2); round < settings.RoundsOr(3); round++)
            {
                var single = await TimeAsync(() => ClosedLoop.RunAsync(
                    settings.Concurrency, events, number => publishing[(int)(number % count)].OneAsync(number, cancellation), cancellation));
                var batched = await TimeAsync(() => ClosedLoop.RunAsync(
                    BatchCallers, events / BatchSize,
                    number => publishing[(int)(number % count)].BatchAsync(number * BatchSize, BatchSize, cancellation), cancellation));
                bench.Progress($"{count} nodes, {(round < 0 ? "warm-up" : $"round {round + 1}")}: unary {single:N0}/s, batch {batched:N0}/s");
                if (round >= 0)
                {
                    unary.Add(single);
                    batches.Add(batched);
                }
            }

            bench.Report.Add(Name, $"unary publishes, {count} nodes", "/s", unary);
            bench.Report.Add(Name, $"batches, {count} nodes", "/s", batches);
            var spent = await DatabaseCost.ReadAsync(store["ControlPlane__Storage__ConnectionString"]) - cost;
            var made = (double)events * 2 * (settings.WarmUpsOr(2) + settings.RoundsOr(3));
            bench.Report.Add(Name, $"log of the database per delivery, {count} nodes", "B", [spent.LogBytes / made]);
            bench.Report.Add(Name, $"stored per delivery, {count} nodes", "B", [spent.StoredBytes / made]);
            bench.Report.Add(Name, $"deliveries per transaction, {count} nodes", "", [made / spent.Transactions]);
            await drain.CheckAsync();

            async Task<double> TimeAsync(Func<Task> publish)
            {
                var before = await receiver.CountAsync(cancellation);
                var started = bench.Clock.GetTimestamp();
                await publish();
                await drain.CompletesAsync(before + events);
                return events / bench.Clock.GetElapsedTime(started).TotalSeconds;
            }
        }
        finally
        {
            clients.ForEach(each => each.Dispose());
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }

            workspaces.ForEach(workspace => workspace.Dispose());
        }
    }
}
