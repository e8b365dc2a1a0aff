using ControlPlane.Server.Catalog;
using ControlPlane.Server.Telemetry;
using ControlPlane.Storage;

namespace ControlPlane.Server.Dispatching;

/// <summary>The gauges of what waits and what is under way. What only the store knows is looked up every 15 s while somebody listens.</summary>
internal sealed class QueueGauges(
    ServerMetrics metrics, AttemptLoop attempts, Places places, WebhookCatalog catalog, IDeliveryQueue queue, TimeProvider clock,
    ILogger<QueueGauges> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private volatile Sample _sample = new(0, 0, 0, 0);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = metrics.Meter;
        meter.CreateObservableGauge(
            "controlplane.deliveries.in_flight", () => attempts.InFlight, "{delivery}", "Deliveries whose attempt is under way.");
        meter.CreateObservableGauge(
            "controlplane.deliveries.in_memory", () => places.Taken, "{delivery}", "Deliveries queued or in flight in this process.");
        meter.CreateObservableGauge(
            "controlplane.webhooks.waiting", () => _sample.Waiting, "{webhook}", "Enabled webhooks with deliveries that wait in the store.");
        meter.CreateObservableGauge(
            "controlplane.webhooks.inactive", () => _sample.Inactive, "{webhook}", "Suspended or disabled webhooks with deliveries that wait.");
        meter.CreateObservableGauge(
            "controlplane.deliveries.oldest_due", () => _sample.OldestDue, "s",
            "How long the delivery of an enabled webhook that has been due longest has been due.");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var open = metrics.Meter.CreateObservableGauge(
            "controlplane.deliveries.open", () => _sample.Open, "{delivery}", "Deliveries that have not ended, of all nodes.");
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                if (open.Enabled)
                {
                    await LookAsync(stoppingToken);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        try
        {
            var open = (await queue.CountBacklogAsync("", stopping)).OfAll;
            var now = clock.GetUtcNow();
            var (waiting, inactive, oldest) = (0, 0, now);
            foreach (var each in await queue.ListWaitingAsync(stopping))
            {
                if (await catalog.FindAsync(each.TenantId, each.WebhookId, stopping) is { State: WebhookState.Active })
                {
                    waiting++;
                    oldest = each.Due < oldest ? each.Due : oldest;
                }
                else
                {
                    inactive++;
                }
            }

            _sample = new(open, waiting, inactive, (now - oldest).TotalSeconds);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            DispatchingLog.NotMeasured(log, e);
        }
    }

    private sealed record Sample(long Open, int Waiting, int Inactive, double OldestDue);
}
