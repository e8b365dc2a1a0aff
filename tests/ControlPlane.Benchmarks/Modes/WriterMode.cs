using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Storage;
using ControlPlane.Storage.LiteDb;
using ControlPlane.Storage.Sqlite;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>
/// What an embedded engine's writer does for others while a small publish waits for it: how many of their deliveries are stored between the call
/// and its commit, which does not depend on how fast the machine is. Without a server.
/// </summary>
internal sealed class WriterMode : IMode
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static readonly IReadOnlyList<(string Name, string Description, int Tenants, int Callers, int Events, int Webhooks)> Cases =
    [
        ("alone", "nobody", 0, 0, 0, 0),
        ("many", "ten tenants that publish to 140 webhooks each", 10, 1, 1, 140),
        ("batches", "four callers of one tenant that publish batches of 100 events", 1, 4, 100, 1),
        ("fan-out", "one that publishes two events to 1,000 webhooks", 1, 1, 2, 1_000),
    ];

    public string Name => "writer";

    public string Summary => "deliveries of others that an embedded engine stores while a small publish waits";

    public async Task RunAsync(Bench bench)
    {
        var duration = TimeSpan.FromSeconds(bench.Settings.SecondsOr(10));
        bench.Report.Note(Name, $"a publish every {Pause.TotalMilliseconds} ms to one webhook for {duration.TotalSeconds:0} s, beside closed loops");
        foreach (var (name, description, tenants, callers, events, webhooks) in Cases)
        {
            bench.Report.Note(Name, $"{name}: {description}");
            using var workspace = bench.OpenWorkspace();
            await using var store = await OpenAsync(workspace.PathOf("store.db"), workspace.Provider, bench.Cancellation);
            var ids = new IdSource(TimeProvider.System);
            var payload = Payload.Create(bench.Settings.PayloadBytes);
            var bystander = await EngineTenant.CreateAsync(store, ids, 1, payload, bench.Cancellation);
            using var end = new CancellationTokenSource();
            var stored = 0L;
            var hostile = new List<EngineTenant>();
            for (var i = 0; i < tenants; i++)
            {
                hostile.Add(await EngineTenant.CreateAsync(store, ids, webhooks, payload, bench.Cancellation));
            }

            var others = hostile.SelectMany(tenant => Enumerable.Repeat(tenant, callers)).Select(tenant => Task.Run(
                async () =>
                {
                    while (!end.IsCancellationRequested)
                    {
                        await tenant.PublishAsync(events, webhooks, CancellationToken.None);
                        Interlocked.Add(ref stored, events * webhooks);
                    }
                },
                bench.Cancellation)).ToList();
            List<double> ahead = [], waited = [];
            var began = bench.Clock.GetTimestamp();
            while (bench.Clock.GetElapsedTime(began) < duration)
            {
                await bench.PauseAsync(Pause);
                var (head, asked) = (await store.Changes.GetHeadAsync(bench.Cancellation), bench.Clock.GetTimestamp());
                await bystander.PublishAsync(1, 1, bench.Cancellation);
                waited.Add(bench.Clock.GetElapsedTime(asked).TotalMilliseconds);
                ahead.Add(await store.Changes.GetHeadAsync(bench.Cancellation) - head - 1);
            }

            var rate = stored / bench.Clock.GetElapsedTime(began).TotalSeconds;
            await end.CancelAsync();
            await Task.WhenAll(others);
            Add("deliveries of others", "", new(ahead));
            Add("wait", "ms", new(waited));
            bench.Report.Add(Name, $"{name}: deliveries of others stored", "1/s", rate);
            bench.Progress($"{name}: {new Percentiles(ahead).At(0.99):N0} deliveries of others stored meanwhile at p99, {new Percentiles(ahead).Maximum:N0} at most; "
                + $"p99 {new Percentiles(waited).At(0.99):F1} ms; others {rate:N0}/s");

            void Add(string what, string unit, Percentiles found) => bench.Report.AddPercentiles(Name, $"{name}: {what}", unit, [found]);
        }
    }

    private static Task<StorageEngine> OpenAsync(string path, string? provider, CancellationToken cancellationToken) => provider == SqliteStorage.Provider
        ? SqliteStorage.OpenAsync(new SqliteStorageOptions { Path = path }, cancellationToken)
        : LiteDbStorage.OpenAsync(new LiteDbStorageOptions { Path = path }, cancellationToken);
}
