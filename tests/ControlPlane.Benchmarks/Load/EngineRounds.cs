using ControlPlane.Benchmarks.Receivers;

namespace ControlPlane.Benchmarks.Load;

/// <summary>What the servers of one engine made of the same load, round by round.</summary>
internal sealed class EngineRounds
{
    private const int HookCount = 50;
    private const int BatchSize = 100;
    private const int BatchCallers = 6;
    private readonly Bench _bench;
    private readonly ServerGroup _group;
    private readonly IReceiver _receiver;
    private readonly Publishing _many;
    private readonly Publishing _timed;
    private readonly Drain _drain;
    private readonly List<double> _unary = [], _unaryRatios = [], _batches = [], _batchRatios = [], _unaryCost = [], _batchCost = [];
    private readonly List<TimedRound> _latency = [];

    private EngineRounds(Bench bench, ServerGroup group, IReceiver receiver, Hooks many, Hooks timed)
    {
        (_bench, _group, _receiver) = (bench, group, receiver);
        _many = new(group.Clients, many, bench.Settings.PayloadBytes);
        _timed = new(group.Clients, timed, bench.Settings.PayloadBytes);
        _drain = new(group.Clients[0], receiver, bench);
    }

    public static string Load => $"unary: all callers over {HookCount} webhooks; batch: {BatchCallers} callers of {BatchSize} events over the same";

    /// <summary>Registers the webhooks: those for rates, and those for latency.</summary>
    public static async Task<EngineRounds> CreateAsync(Bench bench, ServerGroup group, IReceiver receiver, TimingReceiver timing) => new(
        bench, group, receiver,
        await Hooks.CreateAsync(group.Clients[0], "many", Enumerable.Repeat(receiver.Url, HookCount), 0, bench.Cancellation),
        await Hooks.CreateAsync(group.Clients[0], "timed", Enumerable.Repeat(timing.Url, HookCount), 0, bench.Cancellation));

    /// <summary>Delivers so many events in single calls and as many in batches, each after a round of the bare loop.</summary>
    public async Task MeasureRatesAsync(SigningLoop loop, int events, bool counts)
    {
        var (settings, cancellation) = (_bench.Settings, _bench.Cancellation);
        var bare = await loop.RunAsync(events, cancellation);
        var (unary, unaryCost) = await TimeAsync(events, () => ClosedLoop.RunAsync(
            settings.Concurrency, events, number => _many.OneAsync(number, cancellation), cancellation));
        var again = await loop.RunAsync(events, cancellation);
        var (batches, batchCost) = await TimeAsync(events, () => ClosedLoop.RunAsync(
            BatchCallers, events / BatchSize, number => _many.BatchAsync(number * BatchSize, BatchSize, cancellation), cancellation));
        _bench.Progress($"{_group.Name}{(counts ? "" : ", warm-up")}: bare {bare:N0}/s, unary {unary:N0}/s, bare {again:N0}/s, batches {batches:N0}/s");
        if (counts)
        {
            _unary.Add(unary);
            _unaryRatios.Add(unary / bare);
            _unaryCost.Add(unaryCost);
            _batches.Add(batches);
            _batchRatios.Add(batches / again);
            _batchCost.Add(batchCost);
        }
    }

    /// <summary>Publishes at a rate for so long.</summary>
    public async Task MeasureLatencyAsync(TimingReceiver timing, int rate, TimeSpan duration, bool counts)
    {
        var timed = await TimedRound.RunAsync(_bench, _timed, timing, rate, duration, _ => true);
        _bench.Progress($"{_group.Name}{(counts ? "" : ", warm-up")}, {rate:N0}/s: from sent p50 {timed.FromSent.At(0.5):F2} ms, p99 {timed.FromSent.At(0.99):F2} ms");
        if (counts)
        {
            _latency.Add(timed);
        }
    }

    /// <summary>Adds the figures, and fails if a delivery has.</summary>
    public async Task ReportAsync(string mode, string rate)
    {
        await _drain.CheckAsync();
        Add("unary publishes", "/s", _unary);
        Add("unary / bare loop", "ratio", _unaryRatios);
        Add("unary, processor time of the servers", "µs each", _unaryCost);
        Add("batches", "/s", _batches);
        Add("batches / bare loop", "ratio", _batchRatios);
        Add("batches, processor time of the servers", "µs each", _batchCost);
        _bench.Report.AddPercentiles(mode, $"{_group.Name}: {rate} sent to received", "ms", [.. _latency.Select(each => each.FromSent)]);
        _bench.Report.AddPercentiles(mode, $"{_group.Name}: {rate} scheduled to received", "ms", [.. _latency.Select(each => each.FromScheduled)]);

        void Add(string name, string unit, List<double> values) => _bench.Report.Add(mode, $"{_group.Name}: {name}", unit, values);
    }

    private async Task<(double Rate, double Cost)> TimeAsync(int events, Func<Task> publish)
    {
        var before = await _receiver.CountAsync(_bench.Cancellation);
        var (started, used) = (_bench.Clock.GetTimestamp(), _group.CpuTime);
        await publish();
        await _drain.CompletesAsync(before + events);
        var elapsed = _bench.Clock.GetElapsedTime(started);
        return (events / elapsed.TotalSeconds, (_group.CpuTime - used).TotalMicroseconds / events);
    }
}
