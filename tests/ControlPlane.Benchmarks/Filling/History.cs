using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using DeliveryState = ControlPlane.Storage.DeliveryState;

namespace ControlPlane.Benchmarks.Filling;

/// <summary>A past for the tenant that hostile readers are of.</summary>
internal static class History
{
    /// <summary>Deliveries that the modes with hostile readers give it.</summary>
    public const long Deliveries = 300_000;

    private const int BatchSize = 200;
    private const int PayloadBytes = 128;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Makes the tenant in an empty store, with so many deliveries of the last day, all of them received, three for each event.</summary>
    public static async Task FillAsync(Bench bench, Workspace workspace, long deliveries, string mode)
    {
        List<PastDelivery> each = [];
        await using (var server = await MeasuredServer.StartAsync(workspace, trustedPem: null, bench.Cancellation))
        {
            using var platform = server.Connect();
            using var clients = await platform.ConnectToTenantAsync(HostileTenants.ReadTenantId, bench.Cancellation);
            for (var i = 0; i < 3; i++)
            {
                var made = await clients.Webhooks.CreateWebhookAsync(
                    new() { Webhook = new() { Url = $"https://127.0.0.1:8443/{i}", EventTypes = { "message.new" } } }, cancellationToken: bench.Cancellation);
                each.Add(new(made.Webhook.Id, DeliveryState.Succeeded));
            }
        }

        var (start, events, payload) = (bench.Clock.GetUtcNow() - Day, deliveries / each.Count, Payload.Create(PayloadBytes));
        await using var filler = await StoreFiller.OpenAsync(MeasuredServer.StorePath(workspace), bench.Cancellation);
        for (var done = 0L; done < events; done += BatchSize)
        {
            await filler.AddAsync(
                HostileTenants.ReadTenantId,
                [
                    .. Enumerable.Range(0, (int)Math.Min(BatchSize, events - done))
                        .Select(i => new PastEvent("message.new", "one", start + (Day * ((double)(done + i) / events)), payload, each)),
                ],
                bench.Cancellation);
        }

        bench.Report.Note(mode, $"the tenant that is read has {events * each.Count:N0} deliveries of the last day");
    }
}
