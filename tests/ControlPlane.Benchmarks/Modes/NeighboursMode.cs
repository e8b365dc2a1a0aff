using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>What a well-behaved tenant notices of hostile ones: measured alone, and then beside them, in one run.</summary>
internal sealed class NeighboursMode : IMode
{
    private const int HookCount = 10;
    private const int Rate = 20;

    public string Name => "neighbours";

    public string Summary => "a tenant's publish and delivery p99 alone and beside hostile tenants";

    public async Task RunAsync(Bench bench)
    {
        var (settings, cancellation) = (bench.Settings, bench.Cancellation);
        var (rounds, duration) = (settings.RoundsOr(1), TimeSpan.FromSeconds(settings.SecondsOr(20)));
        using var certificates = new TestAuthority();
        await using var receiver = await TimingReceiver.StartAsync(certificates, cancellation);
        List<TimedRound> alone = [], beside = [];
        var memory = new List<double>();
        bench.Report.Note(Name, $"{Rate}/s over {HookCount} webhooks, {duration.TotalSeconds:0} s per round, one round to warm up; beside it "
            + HostileTenants.Description);
        for (var round = 1; round <= rounds; round++)
        {
            using var workspace = bench.OpenWorkspace();
            await using var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, cancellation);
            using var platform = server.Connect();
            using var bystander = await server.ConnectTenantAsync(platform, "bystander", cancellation);
            var hooks = await Hooks.CreateAsync(bystander, "by", Enumerable.Repeat(receiver.Url, HookCount), 0, cancellation);
            var publishing = new Publishing(bystander, hooks, settings.PayloadBytes);
            Task<TimedRound> MeasureAsync() => TimedRound.RunAsync(bench, publishing, receiver, Rate, duration, _ => true);
            await MeasureAsync();
            alone.Add(await MeasureAsync());
            await using (var hostile = await HostileTenants.CreateAsync(server, platform, receiver, cancellation))
            {
                hostile.Start();
                beside.Add(await MeasureAsync());
                memory.Add(server.ResidentMegabytes);
                bench.Progress($"round {round}: delivery p99 {alone[^1].FromScheduled.At(0.99):F1} ms alone, "
                    + $"{beside[^1].FromScheduled.At(0.99):F1} ms beside; publish p99 {alone[^1].PublishCall.At(0.99):F1} and "
                    + $"{beside[^1].PublishCall.At(0.99):F1} ms; {hostile.Refused:N0} hostile calls refused");
            }
        }

        bench.Report.AddPercentiles(Name, "alone, publish call", "ms", [.. alone.Select(each => each.PublishCall)]);
        bench.Report.AddPercentiles(Name, "beside hostile tenants, publish call", "ms", [.. beside.Select(each => each.PublishCall)]);
        bench.Report.AddPercentiles(Name, "alone, scheduled to received", "ms", [.. alone.Select(each => each.FromScheduled)]);
        bench.Report.AddPercentiles(Name, "beside hostile tenants, scheduled to received", "ms", [.. beside.Select(each => each.FromScheduled)]);
        bench.Report.Add(Name, "publish p99 beside / alone", "ratio", beside.Zip(alone, (b, a) => b.PublishCall.At(0.99) / a.PublishCall.At(0.99)));
        bench.Report.Add(Name, "delivery p99 beside / alone", "ratio", beside.Zip(alone, (b, a) => b.FromScheduled.At(0.99) / a.FromScheduled.At(0.99)));
        bench.Report.Add(Name, "resident memory beside hostile tenants", "MB", memory);
    }
}
