using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>
/// What metrics and traces cost: servers that differ in them alone take turns within each round, and of each figure the ratio to the
/// server without either is taken there.
/// </summary>
internal sealed class TelemetryMode : IMode
{
    private const int Hooked = 10;
    private const int BatchSize = 100;
    private const int BatchCallers = 4;
    private const int Rate = 1_000;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(8);

    public string Name => "telemetry";

    public string Summary => "deliver, latency and idle memory with metrics and traces on and off";

    public async Task RunAsync(Bench bench)
    {
        var (settings, cancellation) = (bench.Settings, bench.Cancellation);
        var (rounds, warmUps, duration) = (settings.RoundsOr(7), settings.WarmUpsOr(2), TimeSpan.FromSeconds(settings.SecondsOr(10)));
        var count = settings.CountOr(20_000, 20_000) / BatchSize * BatchSize;
        using var certificates = new TestAuthority();
        await using var receiver = await ReceiverChoice.StartAsync(bench, certificates);
        await using var timing = await TimingReceiver.StartAsync(certificates, cancellation);
        await using var sink = await CollectorSink.StartAsync(cancellation);
        await using var forms = new Forms();
        foreach (var (name, variables) in Variants(sink.Url))
        {
            forms.All.Add(await Form.StartAsync(bench, name, variables, certificates.AuthorityPem));
        }

        await bench.PauseAsync(Settle);
        forms.All.ForEach(form => form.Idle = form.Server.ResidentMegabytes);
        foreach (var form in forms.All)
        {
            await form.HookAsync(receiver.Url, timing.Url, Hooked);
        }

        bench.Report.Note(Name, $"receivers {receiver.Description} for batches, {TimingReceiver.Description} for latency; {settings.PayloadBytes} B payload, "
            + $"{count:N0} deliveries per round in batches of {BatchSize} by {BatchCallers} callers, and {Rate:N0} events/s for {duration.TotalSeconds:0} s; "
            + $"metrics exported every 5 s, spans as they come; {warmUps} rounds to warm up, not counted; memory {Settle.TotalSeconds:0} s after the start");
        for (var round = -warmUps; round < rounds; round++)
        {
            // Another one is first each time.
            foreach (var form in forms.All.Select((_, i) => forms.All[(i + round + warmUps) % forms.All.Count]))
            {
                var (before, started, used) = (await receiver.CountAsync(cancellation), bench.Clock.GetTimestamp(), form.Server.CpuTime);
                await ClosedLoop.RunAsync(
                    BatchCallers, count / BatchSize, number => form.Batches.BatchAsync(number * BatchSize, BatchSize, cancellation), cancellation);
                await new Drain(form.Clients, receiver, bench).CompletesAsync(before + count);
                var (elapsed, cost) = (bench.Clock.GetElapsedTime(started), form.Server.CpuTime - used);
                var timed = await TimedRound.RunAsync(bench, form.Timed, timing, Rate, duration, _ => true);
                bench.Progress($"{(round < 0 ? "warm-up" : $"round {round + 1}")}, {form.Name}: {count / elapsed.TotalSeconds:N0}/s, "
                    + $"{cost.TotalMicroseconds / count:N1} µs each, p50 {timed.FromSent.At(0.5):F2} ms, p99 {timed.FromSent.At(0.99):F2} ms");
                if (round >= 0)
                {
                    form.Found.Add(new(count / elapsed.TotalSeconds, cost.TotalMicroseconds / count, timed.FromSent));
                }
            }
        }

        Tell(bench, forms.All);
        bench.Report.Note(Name, $"the collector took {sink.Bytes / 1e6:N0} MB");
    }

    private void Tell(Bench bench, List<Form> forms)
    {
        var off = forms[0];
        foreach (var form in forms)
        {
            bench.Report.Add(Name, $"{form.Name}, idle resident memory", "MB", form.Idle);
            bench.Report.Add(Name, $"{form.Name}, batches", "/s", form.Found.Select(each => each.Rate));
            bench.Report.Add(Name, $"{form.Name}, processor time of the server", "µs each", form.Found.Select(each => each.Cost));
            bench.Report.AddPercentiles(Name, $"{form.Name}, sent to received", "ms", [.. form.Found.Select(each => each.Latency)]);
            if (form != off)
            {
                Compare("batches", each => each.Rate);
                Compare("processor time", each => each.Cost);
                Compare("p50", each => each.Latency.At(0.5));
                Compare("p99", each => each.Latency.At(0.99));
            }

            void Compare(string what, Func<Turn, double> figure) => bench.Report.Add(
                Name, $"{form.Name} / {off.Name}, {what}", "ratio", form.Found.Select((each, i) => figure(each) / figure(off.Found[i])));
        }
    }

    private static IEnumerable<(string Name, Dictionary<string, string> Variables)> Variants(string collector)
    {
        Dictionary<string, string> metrics = new()
        {
            ["ControlPlane__Telemetry__Otlp__Endpoint"] = collector,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "5000",
        };
        return
        [
            ("off", new() { ["ControlPlane__Telemetry__Prometheus"] = "false" }),
            ("metrics", metrics),
            ("metrics, 1 % of traces", new(metrics) { ["ControlPlane__Telemetry__Traces__SamplingRatio"] = "0.01" }),
            ("metrics, all traces", new(metrics) { ["ControlPlane__Telemetry__Traces__SamplingRatio"] = "1" }),
        ];
    }

    /// <summary>What one server did in one round.</summary>
    private sealed record Turn(double Rate, double Cost, Percentiles Latency);

    private sealed class Forms : IAsyncDisposable
    {
        public List<Form> All { get; } = [];

        public async ValueTask DisposeAsync()
        {
            foreach (var form in All)
            {
                await form.DisposeAsync();
            }
        }
    }

    /// <summary>A server with its settings.</summary>
    private sealed class Form(Bench bench, string name, Workspace workspace, MeasuredServer server) : IAsyncDisposable
    {
        public string Name => name;

        public MeasuredServer Server => server;

        public ServerClients Clients { get; } = server.Connect();

        public Publishing Batches { get; private set; } = null!;

        public Publishing Timed { get; private set; } = null!;

        public double Idle { get; set; }

        public List<Turn> Found { get; } = [];

        public static async Task<Form> StartAsync(Bench bench, string name, Dictionary<string, string> variables, string trusted)
        {
            var workspace = bench.OpenWorkspace();
            return new(bench, name, workspace, await MeasuredServer.StartAsync(workspace, trusted, bench.Cancellation, variables));
        }

        public async Task HookAsync(string batches, string timed, int count)
        {
            Batches = new(Clients, await Hooks.CreateAsync(Clients, "batches", Enumerable.Repeat(batches, count), 0, bench.Cancellation), bench.Settings.PayloadBytes);
            Timed = new(Clients, await Hooks.CreateAsync(Clients, "timed", Enumerable.Repeat(timed, count), 0, bench.Cancellation), bench.Settings.PayloadBytes);
        }

        public async ValueTask DisposeAsync()
        {
            Clients.Dispose();
            await server.DisposeAsync();
            workspace.Dispose();
        }
    }
}
