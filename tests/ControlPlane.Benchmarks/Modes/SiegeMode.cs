using ControlPlane.Benchmarks.Filling;
using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Testing;
using Grpc.Core;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>
/// Everything hostile at once beside a well-behaved tenant, for as long as is asked: hostile tenants of every kind, receivers that misbehave in every
/// way, a stranger's connection, names without an answer. What was acknowledged and not received is lost.
/// </summary>
internal sealed class SiegeMode : IMode
{
    private const int HookCount = 10;
    private const int Rate = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public string Name => "siege";

    public string Summary => "100 events/s of a tenant beside everything hostile at once: lost, p99, memory";

    public async Task RunAsync(Bench bench)
    {
        var (cancellation, clock) = (bench.Cancellation, bench.Clock);
        var duration = TimeSpan.FromSeconds(bench.Settings.SecondsOr(60));
        using var certificates = new TestAuthority();
        using var names = SilentNameServer.TryStart();
        await using var receiver = await TimingReceiver.StartAsync(certificates, cancellation);
        using var workspace = bench.OpenWorkspace(names is null ? null : SilentNameServer.Configuration);
        await History.FillAsync(bench, workspace, bench.Settings.CountOr(History.Deliveries, History.Deliveries), Name);
        await using var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, cancellation);
        using var platform = server.Connect();
        using var bystander = await platform.CreateTenantAsync("bystander", cancellation);
        var hooks = await Hooks.CreateAsync(bystander, "by", Enumerable.Repeat(receiver.Url, HookCount), 0, cancellation);
        var publishing = new Publishing(bystander, hooks, bench.Settings.PayloadBytes);
        await TimedRound.RunAsync(bench, publishing, receiver, Rate, TimeSpan.FromSeconds(5), _ => true);
        receiver.Clear();

        IReadOnlyList<Way> ways = [.. HostileTenants.Ways.Where(way => names is not null || !way.NeedsNames)];
        await using var hostile = await HostileProcess.StartAsync(workspace, server.Address, certificates, ways, cancellation);
        foreach (var way in ways)
        {
            bench.Report.Note(Name, way.Description);
        }

        bench.Report.Note(Name, $"bystander: {Rate}/s over {HookCount} webhooks for {duration.TotalSeconds:0} s; names without an answer: {(names is null ? "no (takes Linux and root)" : "yes")}");
        bench.Progress("all webhooks are made; the siege begins");
        hostile.Start();
        var refused = 0;
        var samples = new (string? Id, long Sent, long Acknowledged)[OpenLoop.Count(Rate, duration)];
        IReadOnlyList<double> memory;
        await using (var usage = new UsageSampler(server))
        {
            await OpenLoop.RunAsync(Rate, duration, PublishAsync, cancellation);
            await WaitAsync(bench, () => Lost() == 0);
            memory = usage.Resident;
        }

        var (refusedHostile, closed) = await hostile.EndAsync(cancellation);
        var acknowledged = samples.Where(sample => sample.Id is not null).ToList();
        var received = acknowledged.Where(sample => receiver.Received.ContainsKey(sample.Id!)).ToList();
        bench.Progress($"{acknowledged.Count:N0} acknowledged, {refused} refused, {Lost()} lost; {refusedHostile:N0} hostile calls refused, {closed:N0} connections closed");
        bench.Report.Add(Name, "acknowledged", "", acknowledged.Count);
        bench.Report.Add(Name, "refused", "", refused);
        bench.Report.Add(Name, "lost", "", Lost());
        bench.Report.AddPercentiles(Name, "publish", "ms", [new(acknowledged.Select(each => Milliseconds(each.Sent, each.Acknowledged)))]);
        bench.Report.AddPercentiles(Name, "delivery", "ms", [new(received.Select(each => Milliseconds(each.Sent, receiver.Received[each.Id!])))]);
        bench.Report.Add(Name, "resident memory, most", "MB", memory.Max());
        if (Lost() > 0)
        {
            throw new BenchmarkException($"{Lost()} acknowledged events were not received.");
        }

        int Lost() => samples.Count(sample => sample.Id is not null && !receiver.Received.ContainsKey(sample.Id));

        double Milliseconds(long from, long to) => clock.GetElapsedTime(from, to).TotalMilliseconds;

        async Task PublishAsync(int number, long scheduled)
        {
            try
            {
                samples[number] = (await publishing.OneAsync(number, cancellation), scheduled, clock.GetTimestamp());
            }
            catch (RpcException)
            {
                Interlocked.Increment(ref refused);
            }
        }
    }

    private static async Task WaitAsync(Bench bench, Func<bool> isDone)
    {
        var began = bench.Clock.GetTimestamp();
        while (!isDone() && bench.Clock.GetElapsedTime(began) < Patience)
        {
            await bench.PauseAsync(Pause);
        }
    }
}
