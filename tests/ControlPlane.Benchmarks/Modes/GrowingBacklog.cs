using System.Collections.Concurrent;
using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Testing;
using Grpc.Core;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>Publishes as fast as the server takes it to receivers that get nothing done.</summary>
internal sealed class GrowingBacklog(Bench bench, string mode, TestAuthority certificates)
{
    private const int HookCount = 10;
    private const int WindowSeconds = 5;

    /// <summary>What a publisher waits when it is told that there is too much.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>An address at which nobody listens.</summary>
    public static string RefusingUrl() => $"https://127.0.0.1:{LocalPorts.Take()}/hook";

    /// <summary>One server on a new store, from its start to the end of publishing.</summary>
    public async Task RunAsync(string what, string url)
    {
        var (settings, cancellation) = (bench.Settings, bench.Cancellation);
        var duration = TimeSpan.FromSeconds(settings.Seconds ?? (settings.Full ? 120 : settings.Quick ? 10 : 30));
        using var workspace = bench.OpenWorkspace();
        await using var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, cancellation);
        using var clients = server.Connect();
        var hooks = await Hooks.CreateAsync(clients, "backlog", Enumerable.Repeat(url, HookCount), 0, cancellation);
        var publishing = new Publishing(clients, hooks, settings.PayloadBytes);
        var answers = new ConcurrentQueue<(double AtSeconds, double Milliseconds)>();
        var refused = 0L;
        var started = bench.Clock.GetTimestamp();
        var sampler = new UsageSampler(server);
        await using (sampler)
        {
            await ClosedLoop.RunForAsync(settings.Concurrency, duration, PublishAsync, cancellation);
        }

        bench.Progress($"{what}: {answers.Count:N0} published, {refused:N0} refused, {sampler.Resident.Max():F0} MB at most");
        bench.Report.Note(mode, $"{what}: {settings.Concurrency} callers publish to {HookCount} webhooks for {duration.TotalSeconds:0} s, "
            + $"{settings.PayloadBytes} B payload, from the first call on a new server; {answers.Count:N0} events were accepted and "
            + $"{refused:N0} refused because of the backlog; publish figures per {WindowSeconds} s, memory every 0.5 s");
        var windows = answers.GroupBy(each => (int)(each.AtSeconds / WindowSeconds))
            .Where(window => (window.Key + 1) * WindowSeconds <= duration.TotalSeconds)
            .OrderBy(window => window.Key)
            .Select(window => new Percentiles(window.Select(each => each.Milliseconds)))
            .ToList();
        if (windows.Count == 0)
        {
            throw new BenchmarkException($"The round was shorter than {WindowSeconds} s.");
        }

        bench.Report.Add(mode, $"{what}: accepted publishes", "/s", windows.Select(window => (double)window.Count / WindowSeconds));
        bench.Report.AddPercentiles(mode, $"{what}: publish call", "ms", windows);
        bench.Report.Add(mode, $"{what}: resident memory over time", "MB", sampler.Resident);
        bench.Report.Add(mode, $"{what}: resident memory at the end", "MB", sampler.Resident[^1]);

        async Task PublishAsync(long number)
        {
            var sent = bench.Clock.GetTimestamp();
            try
            {
                await publishing.OneAsync(number, cancellation);
                answers.Enqueue((bench.Clock.GetElapsedTime(started).TotalSeconds, bench.Clock.GetElapsedTime(sent).TotalMilliseconds));
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted)
            {
                Interlocked.Increment(ref refused);
                await bench.PauseAsync(Pause);
            }
        }
    }
}
