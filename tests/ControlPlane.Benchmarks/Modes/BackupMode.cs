using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>Backups while events are published: each is restored into a place of its own, served from there, and compared with what was
/// acknowledged before it was begun.</summary>
internal sealed class BackupMode : IMode
{
    private const int HookCount = 20;
    private const int Rate = 2_000;
    private const int BatchSize = 20;
    private const int PageSize = 1_000;

    public string Name => "backup";

    public string Summary => "backups at 2,000 events/s in batches, each restored and compared with what was acknowledged before";

    public async Task RunAsync(Bench bench)
    {
        var (settings, cancellation, clock) = (bench.Settings, bench.Cancellation, bench.Clock);
        var (rounds, duration) = (settings.RoundsOr(5), TimeSpan.FromSeconds(settings.SecondsOr(60)));
        var events = new NumberedEvents(OpenLoop.Count((double)Rate / BatchSize, duration) * BatchSize);
        using var certificates = new TestAuthority();
        await using var receiver = await ReceiverChoice.StartAsync(bench, certificates);
        using var workspace = bench.OpenWorkspace();
        bench.Report.Note(Name, $"receiver {receiver.Description}; {Rate:N0}/s in batches of {BatchSize} over {HookCount} webhooks for {duration.TotalSeconds:0} s, "
            + $"{settings.PayloadBytes} B payload; {rounds} backups one after another");
        List<Made> made = [];
        var refused = 0;
        await using (var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, cancellation))
        {
            using var clients = server.Connect();
            var hooks = await Hooks.CreateAsync(clients, "backup", Enumerable.Repeat(receiver.Url, HookCount), 0, cancellation);
            var payload = ByteString.CopyFrom(Payload.Create(settings.PayloadBytes));
            var began = clock.GetTimestamp();
            var publishing = OpenLoop.RunAsync((double)Rate / BatchSize, duration, (number, _) => PublishAsync(number * BatchSize), cancellation);
            for (var i = 0; i < rounds; i++)
            {
                await bench.PauseAsync(duration / (rounds + 1));
                var before = events.ListAcknowledged();
                var started = clock.GetTimestamp();
                var backup = await BackUpAsync(clients, cancellation);
                made.Add(new(backup, before, clock.GetElapsedTime(started), !publishing.IsCompleted));
            }

            await publishing;
            bench.Report.Add(Name, "events acknowledged", "/s", events.Acknowledged / clock.GetElapsedTime(began).TotalSeconds);
            bench.Report.Add(Name, "events refused", "", refused);

            async Task PublishAsync(int first)
            {
                var numbers = Enumerable.Range(first, BatchSize);
                var request = new BatchPublishEventsRequest();
                request.Events.Add(numbers.Select(number => new Event { Id = NumberedEvents.Id(number), Type = hooks.TypeOf(number), Payload = payload }));
                try
                {
                    await clients.Events.BatchPublishEventsAsync(request, cancellationToken: cancellation);
                }
                catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted)
                {
                    // The server takes no more at once; on a machine that is too busy for the rate that is what it should say.
                    Interlocked.Add(ref refused, BatchSize);
                    return;
                }

                foreach (var number in numbers)
                {
                    events.Acknowledge(number);
                }
            }
        }

        List<int> missing = [];
        foreach (var (number, each) in made.Index())
        {
            missing.Add(await CompareAsync(bench, workspace, certificates.AuthorityPem, each));
            bench.Progress($"backup {number + 1}: {each.Backup.SizeBytes / 1e6:F0} MB in {each.Took.TotalSeconds:F1} s, {each.Before.Count:N0} events acknowledged before, "
                + $"{missing[^1]} missing{(each.UnderLoad ? "" : "; PUBLISHING HAD ENDED")}");
        }

        bench.Report.Add(Name, "took", "s", made.Select(each => each.Took.TotalSeconds));
        bench.Report.Add(Name, "size", "MB", made.Select(each => each.Backup.SizeBytes / 1e6));
        bench.Report.Add(Name, "events acknowledged before", "", made.Select(each => (double)each.Before.Count));
        bench.Report.Add(Name, "of these missing", "", missing.Select(each => (double)each));
        if (missing.Sum() > 0 || made.Any(each => !each.UnderLoad))
        {
            throw new BenchmarkException($"{missing.Sum()} events are missing; {made.Count(each => !each.UnderLoad)} backups were made after the last publish.");
        }
    }

    private static async Task<StoreBackup> BackUpAsync(ServerClients clients, CancellationToken cancellationToken)
    {
        using var call = clients.Admin.BackupStore(new(), cancellationToken: cancellationToken);
        StoreBackup? backup = null;
        await foreach (var update in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            backup = update.Backup ?? backup;
        }

        return backup ?? throw new BenchmarkException("A backup ended without a file.");
    }

    /// <summary>Serves from a copy; returns how many events it lacks of those that were acknowledged before.</summary>
    private static async Task<int> CompareAsync(Bench bench, Workspace original, string trustedPem, Made made)
    {
        using var place = bench.OpenWorkspace();
        var path = MeasuredServer.StorePath(place);
        File.Copy(made.Backup.Path, path);
        File.Copy(MeasuredServer.StorePath(original) + ".key", path + ".key");
        await using var server = await MeasuredServer.StartAsync(place, trustedPem, bench.Cancellation);
        using var clients = server.Connect();
        var check = await clients.Admin.CheckStoreAsync(new(), cancellationToken: bench.Cancellation);
        if (check.Problems.Count > 0)
        {
            throw new BenchmarkException($"A backup is damaged: {check.Problems[0]}");
        }

        var held = new HashSet<string>(StringComparer.Ordinal);
        var request = new ListDeliveriesRequest { PageSize = PageSize };
        do
        {
            var page = await clients.Deliveries.ListDeliveriesAsync(request, cancellationToken: bench.Cancellation);
            held.UnionWith(page.Deliveries.Select(delivery => delivery.EventId));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return made.Before.Count(id => !held.Contains(id));
    }

    private sealed record Made(StoreBackup Backup, IReadOnlyList<string> Before, TimeSpan Took, bool UnderLoad);
}
