using System.Globalization;
using ControlPlane.Benchmarks.Filling;
using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Storage;
using ControlPlane.Storage.Sqlite;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>Whether removing what has expired makes publishing slower: the same store with and without retention, in turns.</summary>
internal sealed class RetentionMode : IMode
{
    private const int HookCount = 10;
    private const int Rate = 1_000;
    private const int BatchSize = 500;
    private const string OldType = "old";

    /// <summary>The server is started anew for each round, and its JIT has to be warmed up before.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Expired = TimeSpan.FromDays(40);

    public string Name => "retention";

    public string Summary => "publish to receipt at 1,000 events/s while expired rows are removed, and without";

    public async Task RunAsync(Bench bench)
    {
        var (settings, duration) = (bench.Settings, TimeSpan.FromSeconds(bench.Settings.SecondsOr(20)));
        var (rounds, count) = (settings.RoundsOr(3), settings.CountOr(300_000, 300_000));
        using var certificates = new ReceiverCertificates();
        await using var receiver = await TimingReceiver.StartAsync(certificates, bench.Cancellation);
        bench.Report.Note(Name, $"receiver {TimingReceiver.Description}; a store with {count:N0} deliveries of {Expired.TotalDays:0} days ago; "
            + $"one delivery per event, {HookCount} webhooks, {settings.PayloadBytes} B payload, {duration.TotalSeconds:0} s at {Rate:N0}/s per round, "
            + $"after {WarmUp.TotalSeconds:0} s to warm up; every round starts a server, by turns one that keeps everything and one that removes "
            + "what has expired, each on a store of its own");
        using var keeping = bench.OpenWorkspace();
        using var removing = bench.OpenWorkspace();
        await FillAsync(bench, keeping, certificates, receiver, count);
        await FillAsync(bench, removing, certificates, receiver, count);

        List<TimedRound> without = [], with = [];
        List<double> removed = [];
        for (var round = 1; round <= rounds; round++)
        {
            without.Add(await RoundAsync(keeping, "3650.00:00:00"));
            var before = Count(removing);
            with.Add(await RoundAsync(removing, "30.00:00:00"));
            var left = Count(removing);
            removed.Add(left.Events > 0 ? before.Rows - left.Rows : throw new BenchmarkException("Everything was removed before the round was over."));
            bench.Progress($"round {round}: without p50 {without[^1].FromSent.At(0.5):F2} ms, p99 {without[^1].FromSent.At(0.99):F2} ms; "
                + $"with p50 {with[^1].FromSent.At(0.5):F2} ms, p99 {with[^1].FromSent.At(0.99):F2} ms");
        }

        bench.Report.AddPercentiles(Name, "without, sent to received", "ms", [.. without.Select(each => each.FromSent)]);
        bench.Report.AddPercentiles(Name, "with, sent to received", "ms", [.. with.Select(each => each.FromSent)]);
        bench.Report.Add(Name, "p99 with / without", "ratio", with.Zip(without, (one, other) => one.FromSent.At(0.99) / other.FromSent.At(0.99)));
        bench.Report.Add(Name, "expired payloads, deliveries and events removed per round", "", removed);

        async Task<TimedRound> RoundAsync(Workspace workspace, string metadata)
        {
            var retention = new Dictionary<string, string>
            {
                ["ControlPlane__Retention__Metadata"] = metadata,
                ["ControlPlane__Retention__Payloads"] = metadata,
                ["ControlPlane__Retention__Interval"] = "00:00:01",
            };
            await using var server = await ServerProcess.StartAsync(workspace, certificates.AuthorityPem, bench.Cancellation, retention);
            using var clients = server.Connect();
            var hooks = await Hooks.CreateAsync(clients, "new", Enumerable.Repeat(receiver.Url, HookCount), 0, bench.Cancellation);
            var publishing = new Publishing(clients, hooks, settings.PayloadBytes);
            await TimedRound.RunAsync(bench, publishing, receiver, Rate, WarmUp, _ => true);
            var timed = await TimedRound.RunAsync(bench, publishing, receiver, Rate, duration, _ => true);
            await hooks.DeleteAsync(clients, bench.Cancellation);
            return timed;
        }
    }

    private static async Task FillAsync(
        Bench bench, Workspace workspace, ReceiverCertificates certificates, TimingReceiver receiver, long count)
    {
        string hook;
        await using (var server = await ServerProcess.StartAsync(workspace, certificates.AuthorityPem, bench.Cancellation))
        {
            using var clients = server.Connect();
            hook = (await Hooks.CreateAsync(clients, "old", [receiver.Url], 0, bench.Cancellation)).Ids[0];
        }

        var payload = Payload.Create(bench.Settings.PayloadBytes);
        var time = bench.Clock.GetStoreNow() - Expired;
        await using var filler = await StoreFiller.OpenAsync(ServerProcess.StorePath(workspace), bench.Cancellation);
        for (var done = 0L; done < count; done += BatchSize)
        {
            await filler.AddAsync(
                TenantRecord.DefaultId,
                [.. Enumerable.Range(0, BatchSize).Select(_ => new PastEvent(OldType, "", time, payload, [new(hook, DeliveryState.Succeeded)]))],
                bench.Cancellation);
        }
    }

    /// <summary>How many old events are left, and rows of them, in a store whose server is stopped.</summary>
    private static (double Events, double Rows) Count(Workspace workspace)
    {
        const string Old = $"type_seq = (SELECT seq FROM names WHERE text = '{OldType}')";
        using var connection = Connection.Open(ServerProcess.StorePath(workspace), readOnly: false);
        var events = Read($"SELECT count(*) FROM events WHERE {Old}");
        var deliveries = Read($"SELECT count(*) FROM deliveries WHERE {Old}");
        var payloads = Read($"SELECT count(*) FROM payloads JOIN events ON seq = event_seq WHERE {Old}");
        return (events, events + deliveries + payloads);

        double Read(string sql) => double.Parse(connection.ReadText(sql)!, CultureInfo.InvariantCulture);
    }
}
