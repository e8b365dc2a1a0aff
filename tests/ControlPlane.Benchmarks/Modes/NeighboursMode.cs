using ControlPlane.Benchmarks.Filling;
using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>
/// What a well-behaved tenant notices of hostile ones: for each way to be one, and for all at once, measured alone and then beside
/// them, on one server.
/// </summary>
internal sealed class NeighboursMode : IMode
{
    private const int HookCount = 10;
    private const int Rate = 50;

    /// <summary>How long what is said of the beginning lasts: what hostile tenants call was not called before, and is compiled.</summary>
    private static readonly TimeSpan Onset = TimeSpan.FromSeconds(5);

    public string Name => "neighbours";

    public string Summary => "a tenant's publish and delivery p99 alone and beside hostile tenants";

    public async Task RunAsync(Bench bench)
    {
        using var certificates = new TestAuthority();
        using var names = SilentNameServer.TryStart();
        IReadOnlyList<Way> ways = [.. HostileTenants.Ways.Where(way => names is not null || !way.NeedsNames)];
        await using var receiver = await TimingReceiver.StartAsync(certificates, bench.Cancellation);
        var resolver = names is null ? null : SilentNameServer.Configuration;
        foreach (var way in ways)
        {
            bench.Report.Note(Name, $"{way.Name}: {way.Description}");
            await MeasureAsync(bench, certificates, receiver, way.Name, [way], resolver);
        }

        await MeasureAsync(bench, certificates, receiver, "all", ways, resolver);
    }

    private async Task MeasureAsync(Bench bench, TestAuthority certificates, TimingReceiver receiver, string name, IReadOnlyList<Way> ways, string? resolver)
    {
        var (settings, cancellation) = (bench.Settings, bench.Cancellation);
        var (rounds, duration) = (settings.RoundsOr(1), TimeSpan.FromSeconds(settings.SecondsOr(20)));
        bench.Report.Note(Name, $"{Rate}/s over {HookCount} webhooks, {duration.TotalSeconds:0} s each alone, after as long to warm up, and beside, after {Onset.TotalSeconds:0} s");
        List<TimedRound> alone = [], onset = [], beside = [];
        List<double> memory = [];
        for (var round = 1; round <= rounds; round++)
        {
            using var workspace = bench.OpenWorkspace(resolver);
            if (ways.Any(way => way.NeedsHistory))
            {
                await History.FillAsync(bench, workspace, settings.CountOr(History.Deliveries, History.Deliveries), Name);
            }

            await using var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, cancellation);
            using var platform = server.Connect();
            using var bystander = await platform.CreateTenantAsync("bystander", cancellation);
            var hooks = await Hooks.CreateAsync(bystander, "by", Enumerable.Repeat(receiver.Url, HookCount), 0, cancellation);
            var publishing = new Publishing(bystander, hooks, settings.PayloadBytes);
            Task<TimedRound> TimeAsync(TimeSpan time) => TimedRound.RunAsync(bench, publishing, receiver, Rate, time, _ => true);
            await TimeAsync(duration);
            alone.Add(await TimeAsync(duration));
            await using var hostile = await HostileProcess.StartAsync(workspace, server.Address, certificates, ways, cancellation);
            var (before, started) = (server.CpuTime, bench.Clock.GetTimestamp());
            hostile.Start();
            onset.Add(await TimeAsync(Onset));
            beside.Add(await TimeAsync(duration));
            var (used, took) = (server.CpuTime - before, bench.Clock.GetElapsedTime(started));
            memory.Add(server.ResidentMegabytes);
            var (refused, closed) = await hostile.EndAsync(cancellation);
            bench.Progress($"{name} {round}: delivery p99 {alone[^1].FromScheduled.At(0.99):F1} ms alone, {onset[^1].FromScheduled.At(0.99):F1} ms at first, {beside[^1].FromScheduled.At(0.99):F1} ms beside; "
                + $"publish p99 {alone[^1].PublishCall.At(0.99):F1}, {onset[^1].PublishCall.At(0.99):F1} and {beside[^1].PublishCall.At(0.99):F1} ms; {refused:N0} hostile calls refused, {closed:N0} connections closed; "
                + $"the server used {used / took:P0} of a core");
        }

        AddPart("publish", each => each.PublishCall);
        AddPart("delivery", each => each.FromScheduled);
        bench.Report.Add(Name, $"{name}: resident memory", "MB", memory);

        void AddPart(string what, Func<TimedRound, Reporting.Percentiles> part)
        {
            bench.Report.Add(Name, $"{name}: {what} p99 alone", "ms", alone.Select(each => part(each).At(0.99)));
            bench.Report.Add(Name, $"{name}: {what} p99 in the first {Onset.TotalSeconds:0} s beside", "ms", onset.Select(each => part(each).At(0.99)));
            bench.Report.Add(Name, $"{name}: {what} p99 beside", "ms", beside.Select(each => part(each).At(0.99)));
            bench.Report.Add(Name, $"{name}: {what} p99 beside / alone", "ratio", beside.Zip(alone, (b, a) => part(b).At(0.99) / part(a).At(0.99)));
        }
    }
}
