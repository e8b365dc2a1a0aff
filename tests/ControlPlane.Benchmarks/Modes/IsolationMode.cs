using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>
/// What webhooks notice of others whose receivers take requests and never answer: rounds without and with such ones take turns, and
/// both times the same webhooks are measured.
/// </summary>
internal sealed class IsolationMode : IMode
{
    private const int HookCount = 100;
    private const int EveryHanging = 10;
    private const int Rate = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public string Name => "isolation";

    public string Summary => "healthy webhooks' latency with none and with 10 of 100 receivers hanging";

    public async Task RunAsync(Bench bench)
    {
        var (settings, cancellation) = (bench.Settings, bench.Cancellation);
        var (rounds, warmUps, duration) = (settings.RoundsOr(3), settings.WarmUpsOr(1), TimeSpan.FromSeconds(settings.SecondsOr(30)));
        using var certificates = new TestAuthority();
        await using var receiver = await TimingReceiver.StartAsync(certificates, cancellation);
        using var workspace = bench.OpenWorkspace();
        await using var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, cancellation);
        using var clients = server.Connect();
        bench.Report.Note(Name, $"receiver {TimingReceiver.Description}, hanging ones on a port of their own; {HookCount} webhooks, every "
            + $"{EveryHanging}th of which is not measured and hangs or does not; {Rate}/s over all, {duration.TotalSeconds:0} s per round, "
            + $"timeout as by default; {warmUps} rounds to warm up, not counted");
        for (var i = 0; i < warmUps; i++)
        {
            await RoundAsync($"warm{i}", hanging: false);
        }

        List<TimedRound> without = [], with = [];
        for (var round = 1; round <= rounds; round++)
        {
            without.Add(await RoundAsync($"calm{round}", hanging: false));
            with.Add(await RoundAsync($"hang{round}", hanging: true));
            bench.Progress($"round {round}: p99 {without[^1].FromScheduled.At(0.99):F2} ms without, {with[^1].FromScheduled.At(0.99):F2} ms with");
        }

        bench.Report.AddPercentiles(Name, "none hanging, scheduled to received", "ms", [.. without.Select(each => each.FromScheduled)]);
        bench.Report.AddPercentiles(Name, "10 of 100 hanging, scheduled to received", "ms", [.. with.Select(each => each.FromScheduled)]);
        AddRatio(0.50, "p50");
        AddRatio(0.99, "p99");

        void AddRatio(double share, string name) => bench.Report.Add(
            Name, $"{name} with / without", "ratio", with.Zip(without, (a, b) => a.FromScheduled.At(share) / b.FromScheduled.At(share)));

        async Task<TimedRound> RoundAsync(string name, bool hanging)
        {
            var urls = Enumerable.Range(0, HookCount).Select(i => hanging && IsOther(i) ? receiver.HangingUrl : receiver.Url);
            var hooks = await Hooks.CreateAsync(clients, name, urls, 0, cancellation);
            var publishing = new Publishing(clients, hooks, settings.PayloadBytes);
            var timed = await TimedRound.RunAsync(bench, publishing, receiver, Rate, duration, number => !IsOther(number % HookCount));
            await hooks.DeleteAsync(clients, cancellation);
            await SettleAsync(bench, clients);
            return timed;
        }
    }

    private static bool IsOther(int hook) => hook % EveryHanging == 0;

    /// <summary>Requests that hang end with their timeout, and none of them shall reach into the next round.</summary>
    private static async Task SettleAsync(Bench bench, ServerClients clients)
    {
        for (var started = bench.Clock.GetTimestamp(); await States.AnyAsync(clients, States.Live, bench.Cancellation);)
        {
            if (bench.Clock.GetElapsedTime(started) > Patience)
            {
                throw new BenchmarkException("Deliveries of deleted webhooks do not end.");
            }

            await bench.PauseAsync(Pause);
        }
    }
}
