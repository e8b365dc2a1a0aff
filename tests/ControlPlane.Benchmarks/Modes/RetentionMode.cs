using System.Globalization;
using System.Text.RegularExpressions;
using ControlPlane.Benchmarks.Filling;
using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Storage;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>
/// Whether removing what has expired makes publishing slower. In one server, every few seconds some more expires; what is published
/// while that is removed is compared with what is published right after it.
/// </summary>
internal sealed partial class RetentionMode : IMode
{
    private const int HookCount = 10;
    private const int Rate = 1_000;
    private const int BatchSize = 500;

    /// <summary>As by default, and as passes do that lasted so long that they hurry; with how many events a second either removes.</summary>
    private static readonly Pace[] Paces = [new("usual pace", TimeSpan.FromMilliseconds(40), 370), new("in a hurry", TimeSpan.FromMilliseconds(5), 2_800)];

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Age = TimeSpan.FromDays(40);

    /// <summary>From before the start of the server to the first publish, at most.</summary>
    private static readonly TimeSpan Starting = TimeSpan.FromSeconds(5);

    public string Name => "retention";

    public string Summary => "publish to receipt at 1,000 events/s while expired rows are removed, and while none are";

    public async Task RunAsync(Bench bench)
    {
        using var certificates = new TestAuthority();
        await using var receiver = await TimingReceiver.StartAsync(certificates, bench.Cancellation);
        bench.Report.Note(Name, $"receiver {TimingReceiver.Description}; one delivery per event, {HookCount} webhooks, {bench.Settings.PayloadBytes} B "
            + $"payload, unary publishes at {Rate:N0}/s at scheduled times, {WarmUp.TotalSeconds:0} s to warm up; a round is a pass of the "
            + "server's retention, which takes about half of it, and what follows until the next one");
        foreach (var pace in Paces)
        {
            await MeasureAsync(bench, pace, certificates, receiver);
        }
    }

    private async Task MeasureAsync(Bench bench, Pace pace, TestAuthority certificates, TimingReceiver receiver)
    {
        var (settings, period) = (bench.Settings, TimeSpan.FromSeconds(bench.Settings.SecondsOr(10)));
        var rounds = settings.RoundsOr(12);
        var size = (int)(period.TotalSeconds / 2 * pace.RemovedPerSecond);
        using var workspace = bench.OpenWorkspace();
        var first = bench.Clock.GetStoreNow() - Age;
        await FillAsync(bench, workspace, certificates, receiver, size, [.. Enumerable.Range(0, rounds).Select(round => first + (round * period))]);

        var keep = (bench.Clock.GetStoreNow() + Starting + WarmUp - first).ToString("c", CultureInfo.InvariantCulture);
        var retention = new Dictionary<string, string>
        {
            ["ControlPlane__Retention__Metadata"] = keep,
            ["ControlPlane__Retention__Payloads"] = keep,
            ["ControlPlane__Retention__Interval"] = "00:00:01",
            ["ControlPlane__Retention__Pause"] = pace.Pause.ToString("c", CultureInfo.InvariantCulture),
        };
        await using var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, bench.Cancellation, retention);
        using var clients = server.Connect();
        var hooks = await Hooks.CreateAsync(clients, "new", Enumerable.Repeat(receiver.Url, HookCount), 0, bench.Cancellation);
        var publishing = new Publishing(clients, hooks, settings.PayloadBytes);
        await TimedRound.RunAsync(bench, publishing, receiver, Rate, WarmUp, _ => true);
        await using var stolen = new StolenTime();
        var timed = await TimedRound.RunAsync(bench, publishing, receiver, Rate, Starting + ((rounds + 1) * period), _ => true);

        var passes = Passes(bench.Clock, server);
        if (passes.Count < rounds)
        {
            throw new BenchmarkException($"There were {passes.Count} passes of retention instead of {rounds}; a round may be too short.");
        }

        List<Percentiles> without = [], with = [];
        List<double> lost = [];
        foreach (var (number, pass) in passes.Index())
        {
            var next = number + 1 < passes.Count ? passes[number + 1].From : bench.Clock.GetTimestamp();
            with.Add(Between(timed, pass.From, pass.To));
            without.Add(Between(timed, pass.To, next));
            lost.Add(stolen.Percent(pass.From, next) ?? 0);
            bench.Progress($"{pace.Name} {number + 1}: with p50 {with[^1].At(0.5):F2} ms, p99 {with[^1].At(0.99):F2} ms in {pass.Seconds:F1} s; "
                + $"without p50 {without[^1].At(0.5):F2} ms, p99 {without[^1].At(0.99):F2} ms; stolen {lost[^1]:F1} %");
        }

        bench.Report.AddPercentiles(Name, $"{pace.Name}: without, sent to received", "ms", without);
        bench.Report.AddPercentiles(Name, $"{pace.Name}: with, sent to received", "ms", with);
        AddRatio(0.50, "p50");
        AddRatio(0.99, "p99");
        bench.Report.Add(Name, $"{pace.Name}: of each round, the host took for others", "%", lost);
        bench.Report.Add(Name, $"{pace.Name}: events removed, with payload and delivery", "/s", passes.Select(pass => pass.Events / pass.Seconds));

        void AddRatio(double share, string name) => bench.Report.Add(
            Name, $"{pace.Name}: {name} with / without", "ratio", with.Zip(without, (one, other) => one.At(share) / other.At(share)));
    }

    private static Percentiles Between(TimedRound timed, long from, long to) =>
        new(timed.Each.Where(each => each.Sent >= from && each.Sent < to).Select(each => each.Milliseconds));

    /// <summary>When the server removed something, as its log says.</summary>
    private static List<Pass> Passes(TimeProvider clock, MeasuredServer server) =>
    [
        .. from line in server.Log
           let told = Told().Match(line.Text)
           where told.Success
           let seconds = double.Parse(told.Groups["seconds"].ValueSpan, CultureInfo.InvariantCulture)
           let events = int.Parse(told.Groups["events"].ValueSpan, CultureInfo.InvariantCulture)
           where events > 0
           select new Pass(line.At - (long)(seconds * clock.TimestampFrequency), line.At, seconds, events),
    ];

    [GeneratedRegex("Removed what has expired: .* (?<events>[0-9]+) events, .* in (?<seconds>[0-9.]+) s")]
    private static partial Regex Told();

    private static async Task FillAsync(
        Bench bench,
        Workspace workspace,
        TestAuthority certificates,
        TimingReceiver receiver,
        int size,
        IReadOnlyList<DateTimeOffset> times)
    {
        string hook;
        await using (var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, bench.Cancellation))
        {
            using var clients = server.Connect();
            hook = (await Hooks.CreateAsync(clients, "old", [receiver.Url], 0, bench.Cancellation)).Ids[0];
        }

        var payload = Payload.Create(bench.Settings.PayloadBytes);
        await using var filler = await StoreFiller.OpenAsync(MeasuredServer.StorePath(workspace), bench.Cancellation);
        foreach (var time in times)
        {
            for (var done = 0; done < size; done += BatchSize)
            {
                await filler.AddAsync(
                    TenantRecord.DefaultId,
                    [.. Enumerable.Range(0, Math.Min(BatchSize, size - done))
                        .Select(_ => new PastEvent("old", "", time, payload, [new(hook, DeliveryState.Succeeded)]))],
                    bench.Cancellation);
            }
        }
    }

    private sealed record Pace(string Name, TimeSpan Pause, int RemovedPerSecond);

    private sealed record Pass(long From, long To, double Seconds, int Events);
}
