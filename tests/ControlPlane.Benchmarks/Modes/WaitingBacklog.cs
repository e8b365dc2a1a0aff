using ControlPlane.Benchmarks.Filling;
using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Storage;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>
/// Many deliveries that failed once and wait for their retry; a small part of them falls due while the server runs, first one after
/// another and then all at one moment, and their receiver takes them again.
/// </summary>
internal sealed class WaitingBacklog(Bench bench, string mode, TestAuthority certificates, TimingReceiver receiver)
{
    private const string Tenant = "default";
    private const int HookCount = 100;
    private const int BatchSize = 1_000;
    private const int Parts = 4;
    private const int WarmUpCount = 20_000;

    /// <summary>For the server to start in, before the first is due.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Gap = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly byte[] _payload = Payload.Create(bench.Settings.PayloadBytes);

    public async Task RunAsync()
    {
        var count = bench.Settings.CountOr(100_000, 1_000_000);
        var part = (int)Math.Min(20_000, count / 10);
        using var workspace = bench.OpenWorkspace();
        var hooks = await CreateHooksAsync(workspace);
        await WarmUpReceiverAsync();

        Dictionary<string, DateTimeOffset> spread = [], together = [];
        var started = bench.Clock.GetTimestamp();
        var filler = await StoreFiller.OpenAsync(MeasuredServer.StorePath(workspace), bench.Cancellation);
        await using (filler)
        {
            var now = bench.Clock.GetStoreNow();
            var rest = count - (2 * part);
            await FillAsync(filler, hooks, rest, i => now.AddHours(12) + (TimeSpan.FromHours(12) * ((double)i / count)), null);
            // Those that fall due are written last, which takes about as long as the others took, and is given twice that.
            var first = bench.Clock.GetStoreNow() + Lead + (2 * bench.Clock.GetElapsedTime(started) * (2 * part) / rest);
            await FillAsync(filler, hooks, part, i => Whole(first + (Window * ((double)i / part))), spread);
            await FillAsync(filler, hooks, part, _ => first + Window + Gap, together);
        }

        bench.Progress($"filled with {count:N0} waiting deliveries in {bench.Clock.GetElapsedTime(started).TotalSeconds:F0} s");
        await using var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, bench.Cancellation);
        if (bench.Clock.GetUtcNow() > spread.Values.Min())
        {
            throw new BenchmarkException("The store was not filled in time: the first deliveries were due before the server ran.");
        }

        var sampler = new UsageSampler(server);
        using (var quiet = new NoCollections(bench))
        await using (sampler)
        {
            await ReceiveAsync(spread.Count + together.Count);
        }

        Tell(count, part, server, sampler, spread, together);
    }

    /// <summary>Receivers have run for long when a server starts, so what their first requests cost is not to count.</summary>
    private async Task WarmUpReceiverAsync()
    {
        using (var loop = new SigningLoop(receiver.Url, certificates, bench.Settings))
        {
            await loop.RunAsync(WarmUpCount, bench.Cancellation);
        }

        receiver.Clear();
    }

    /// <summary>The server itself makes webhooks, since it seals their secrets.</summary>
    private async Task<Hooks> CreateHooksAsync(Workspace workspace)
    {
        await using var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, bench.Cancellation);
        using var clients = server.Connect();
        return await Hooks.CreateAsync(clients, "waiting", Enumerable.Repeat(receiver.Url, HookCount), 0, bench.Cancellation);
    }

    private async Task FillAsync(
        StoreFiller filler, Hooks hooks, long count, Func<long, DateTimeOffset> due, Dictionary<string, DateTimeOffset>? dues)
    {
        for (long from = 0; from < count; from += BatchSize)
        {
            var size = (int)Math.Min(BatchSize, count - from);
            var now = bench.Clock.GetStoreNow();
            var times = Enumerable.Range(0, size).Select(i => due(from + i)).ToArray();
            var ids = await filler.AddAsync(
                Tenant,
                [.. times.Select((time, i) => new PastEvent(
                    hooks.TypeOf(from + i), "", now, _payload,
                    [new PastDelivery(hooks.Ids[(int)((from + i) % hooks.Count)], DeliveryState.RetryScheduled, Whole(time))]))],
                bench.Cancellation);
            foreach (var (id, time) in ids.Zip(times))
            {
                dues?.Add(id, time);
            }
        }
    }

    private async Task ReceiveAsync(int count)
    {
        for (var started = bench.Clock.GetTimestamp(); receiver.Received.Count < count;)
        {
            if (bench.Clock.GetElapsedTime(started) > Patience)
            {
                throw new BenchmarkException($"Only {receiver.Received.Count:N0} of {count:N0} due deliveries came.");
            }

            await bench.PauseAsync(Pause);
        }
    }

    private void Tell(
        long count, int part, MeasuredServer server, UsageSampler sampler,
        Dictionary<string, DateTimeOffset> spread, Dictionary<string, DateTimeOffset> together)
    {
        var name = $"{count:N0} waiting";
        var (wall, timestamp) = (bench.Clock.GetUtcNow(), bench.Clock.GetTimestamp());
        bench.Report.Note(mode, $"{name}: over {HookCount} webhooks, {bench.Settings.PayloadBytes} B payload; {part:N0} fall due evenly over "
            + $"{Window.TotalSeconds:0} s (late figures per quarter of that), then {part:N0} at one moment; all others after 12 hours and more; "
            + $"receiver {TimingReceiver.Description}; memory every 0.5 s from serving to the last receipt");
        var late = spread.OrderBy(each => each.Value)
            .Chunk((part + Parts - 1) / Parts)
            .Select(quarter => new Percentiles(quarter.Select(Late)))
            .ToList();
        var burst = new Percentiles(together.Select(Late));
        bench.Report.AddPercentiles(mode, $"{name}: due to received", "ms", late);
        bench.Report.AddPercentiles(mode, $"{name}: {part:N0} due at once to received", "ms", [burst]);
        bench.Report.Add(mode, $"{name}: resident memory over time", "MB", sampler.Resident);
        if (server.AnonymousMegabytes is { } anonymous)
        {
            bench.Report.Add(mode, $"{name}: anonymous part of it at the end", "MB", anonymous);
        }

        bench.Progress($"due to received p99 {late.Max(each => each.At(0.99)):F0} ms, all at once max {burst.Maximum:F0} ms, "
            + $"{sampler.Resident.Max():F0} MB at most");

        double Late(KeyValuePair<string, DateTimeOffset> due) =>
            (wall - bench.Clock.GetElapsedTime(receiver.Received[due.Key], timestamp) - due.Value).TotalMilliseconds;
    }

    /// <summary>In the precision of the store.</summary>
    private static DateTimeOffset Whole(DateTimeOffset time) => Timestamps.FromMicroseconds(time.ToMicroseconds());
}
