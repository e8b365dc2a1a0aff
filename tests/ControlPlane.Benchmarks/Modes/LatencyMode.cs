using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>How long an event takes from its publish to its receiver, at several rates that the server bears.</summary>
internal sealed class LatencyMode : IMode
{
    private const int HookCount = 10;
    private const int WarmUpRate = 2_000;
    private static readonly int[] Rates = [100, 1_000, 5_000];

    public string Name => "latency";

    public string Summary => "publish to receipt at 100, 1,000 and 5,000 events/s";

    public async Task RunAsync(Bench bench)
    {
        var (settings, cancellation) = (bench.Settings, bench.Cancellation);
        var (rounds, warmUps, duration) = (settings.RoundsOr(3), settings.WarmUpsOr(1), TimeSpan.FromSeconds(settings.SecondsOr(15)));
        using var certificates = new TestAuthority();
        await using var receiver = await TimingReceiver.StartAsync(certificates, cancellation);
        using var workspace = bench.OpenWorkspace();
        await using var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, cancellation);
        using var clients = server.Connect();
        var hooks = await Hooks.CreateAsync(clients, "latency", Enumerable.Repeat(receiver.Url, HookCount), 0, cancellation);
        var publishing = new Publishing(clients, hooks, settings.PayloadBytes);
        bench.Report.Note(Name, $"receiver {TimingReceiver.Description}; one delivery per event, {HookCount} webhooks, "
            + $"{settings.PayloadBytes} B payload, {duration.TotalSeconds:0} s per rate and round, unary publishes at scheduled times; "
            + $"{warmUps} rounds at {WarmUpRate:N0}/s to warm up, not counted");
        for (var i = 0; i < warmUps; i++)
        {
            await RoundAsync(WarmUpRate);
        }

        var found = Rates.ToDictionary(rate => rate, _ => new List<TimedRound>());
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var rate in Rates)
            {
                var timed = await RoundAsync(rate);
                found[rate].Add(timed);
                bench.Progress($"round {round}, {rate:N0}/s: from scheduled p50 {timed.FromScheduled.At(0.5):F2} ms, "
                    + $"p99 {timed.FromScheduled.At(0.99):F2} ms; from sent p50 {timed.FromSent.At(0.5):F2} ms, p99 {timed.FromSent.At(0.99):F2} ms");
            }
        }

        foreach (var rate in Rates)
        {
            var name = $"{rate:N0}/s";
            bench.Report.AddPercentiles(Name, $"{name} acknowledged to received", "ms", [.. found[rate].Select(each => each.FromAcknowledged)]);
            bench.Report.AddPercentiles(Name, $"{name} sent to received", "ms", [.. found[rate].Select(each => each.FromSent)]);
            bench.Report.AddPercentiles(Name, $"{name} scheduled to received", "ms", [.. found[rate].Select(each => each.FromScheduled)]);
            bench.Report.AddPercentiles(Name, $"{name} publish call", "ms", [.. found[rate].Select(each => each.PublishCall)]);
        }

        Task<TimedRound> RoundAsync(int rate) => TimedRound.RunAsync(bench, publishing, receiver, rate, duration, _ => true);
    }
}
