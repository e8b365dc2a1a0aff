using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>What watchers see late, and what they cost the server, while deliveries go on at a fixed rate.</summary>
internal sealed class WatchMode : IMode
{
    private const int HookCount = 100;
    private const int SharedRate = 20;
    private const int OwnRate = 500;

    /// <summary>For what the watchers before have left behind, and the new ones brought.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Everybody sees everything, as dashboards of one platform do; or each one webhook, as those of its customers do.</summary>
    private static readonly Case[] Cases =
    [
        new(0, SharedRate, Own: false),
        new(1, SharedRate, Own: false),
        new(100, SharedRate, Own: false),
        new(1_000, SharedRate, Own: false),
        new(0, OwnRate, Own: true),
        new(1_000, OwnRate, Own: true),
    ];

    public string Name => "watch";

    public string Summary => "latency and cost of 1, 100 and 1,000 watchers";

    public async Task RunAsync(Bench bench)
    {
        var (settings, cancellation) = (bench.Settings, bench.Cancellation);
        var (rounds, warmUps, duration) = (settings.RoundsOr(3), settings.WarmUpsOr(1), TimeSpan.FromSeconds(settings.SecondsOr(10)));
        using var certificates = new TestAuthority();
        await using var receiver = await ReceiverChoice.StartAsync(bench, certificates);
        using var workspace = bench.OpenWorkspace();
        await using var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, cancellation);
        using var clients = server.Connect();
        var hooks = await Hooks.CreateAsync(clients, "watch", Enumerable.Repeat(receiver.Url, HookCount), 0, cancellation);
        var publishing = new Publishing(clients, hooks, settings.PayloadBytes);
        bench.Report.Note(Name, $"receiver {receiver.Description}; watchers of state SUCCEEDED in the benchmark's own process, 100 per channel; "
            + $"every watcher sees all deliveries at {SharedRate}/s, or one of {HookCount} webhooks' at {OwnRate}/s over all; "
            + $"{duration.TotalSeconds:0} s per case and round, {warmUps} rounds to warm up, not counted; latency from the delivery's "
            + "update_time, so with the commit, to the watcher; CPU of the server in % of one core");

        var found = Cases.ToDictionary(each => each, _ => new List<Watched>());
        for (var round = -warmUps; round < rounds; round++)
        {
            foreach (var each in Cases)
            {
                var watched = await RoundAsync(each);
                bench.Progress($"{(round < 0 ? "warm-up" : $"round {round + 1}")}, {each}: CPU {watched.CpuPercent:F1} %, "
                    + $"{watched.Megabytes:F0} MB, p99 {watched.Latency?.At(0.99):F2} ms");
                if (round >= 0)
                {
                    found[each].Add(watched);
                }
            }
        }

        foreach (var each in Cases)
        {
            if (each.Watchers > 0)
            {
                bench.Report.AddPercentiles(Name, $"{each}: recorded to seen", "ms", [.. found[each].Select(watched => watched.Latency!)]);
            }

            bench.Report.Add(Name, $"{each}: server CPU", "%", found[each].Select(watched => watched.CpuPercent));
            bench.Report.Add(Name, $"{each}: resident memory", "MB", found[each].Select(watched => watched.Megabytes));
        }

        async Task<Watched> RoundAsync(Case each)
        {
            var ids = Enumerable.Range(0, each.Watchers).Select(i => each.Own ? hooks.Ids[i % HookCount] : "").ToList();
            await using var watchers = await Watchers.StartAsync(bench, server, ids);
            await bench.PauseAsync(Settle);
            using var quiet = new NoCollections(bench);
            var (cpu, started) = (server.CpuTime, bench.Clock.GetTimestamp());
            await OpenLoop.RunAsync(each.Rate, duration, (number, _) => publishing.OneAsync(number, cancellation), cancellation);
            var events = OpenLoop.Count(each.Rate, duration);
            await SeesAsync(watchers, Expected(each, events));
            var share = (server.CpuTime - cpu) / bench.Clock.GetElapsedTime(started);
            return new(each.Watchers > 0 ? watchers.TakeMilliseconds() : null, 100 * share, server.ResidentMegabytes);
        }

        async Task SeesAsync(Watchers watchers, long expected)
        {
            for (var started = bench.Clock.GetTimestamp(); watchers.Seen < expected;)
            {
                if (bench.Clock.GetElapsedTime(started) > Patience)
                {
                    throw new BenchmarkException($"Watchers saw {watchers.Seen:N0} of {expected:N0} changes.");
                }

                await bench.PauseAsync(Pause);
            }
        }
    }

    /// <summary>How many messages all watchers together get of so many events, which go to the webhooks in turn.</summary>
    private static long Expected(Case each, int events) => !each.Own
        ? (long)each.Watchers * events
        : Enumerable.Range(0, each.Watchers).Sum(i => (long)((events - (i % HookCount) + HookCount - 1) / HookCount));

    private sealed record Case(int Watchers, int Rate, bool Own)
    {
        public override string ToString() => $"{Watchers:N0} {(Watchers == 1 ? "watcher" : "watchers")}{(Own ? " of one webhook each" : "")}, {Rate}/s";
    }

    private sealed record Watched(Percentiles? Latency, double CpuPercent, double Megabytes);
}
