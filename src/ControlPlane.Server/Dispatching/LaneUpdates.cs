using ControlPlane.Server.Catalog;
using ControlPlane.Server.OperationalEvents;
using ControlPlane.Storage;

namespace ControlPlane.Server.Dispatching;

/// <summary>Applies to the lanes what changes elsewhere: webhooks, and operational events that were stored.</summary>
internal sealed class LaneUpdates(
    Lanes lanes, LeaseBook leases, WebhookCatalog catalog, OperationalEventPlanner operationalEvents, TimeProvider clock,
    ILogger<LaneUpdates> log) : IHostedService
{
    private readonly InFlightCounter _inFlight = new();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        catalog.Changed += Reconsider;
        operationalEvents.Waiting += Expect;
        return Task.CompletedTask;
    }

    /// <summary>Waits for the changes that are being applied; no other follows.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        catalog.Changed -= Reconsider;
        operationalEvents.Waiting -= Expect;
        return _inFlight.WhenNone();
    }

    private void Expect(DeliveryRecord delivery) => lanes.Expect(delivery.TenantId, delivery.WebhookId, delivery.CreateTime);

    private void Reconsider(string tenantId, string webhookId)
    {
        if (lanes.Find(webhookId) is { } lane)
        {
            _inFlight.Enter();
            _ = ReconsiderAsync(lane);
        }
    }

    /// <summary>A webhook that was disabled or deleted gives its queue back; one that was resumed goes on.</summary>
    private async Task ReconsiderAsync(Lane lane)
    {
        try
        {
            var webhook = await catalog.FindAsync(lane.TenantId, lane.WebhookId, CancellationToken.None);
            if (webhook is not { State: WebhookState.Active })
            {
                await leases.ReleaseAsync(lane.TakeQueue(), clock.GetStoreNow());
            }

            if (webhook is null)
            {
                await leases.CancelOrphansAsync();
                lanes.Remove(lane);
            }
        }
        catch (Exception e)
        {
            DispatchingLog.ReconsiderFailed(log, e, lane.WebhookId);
        }
        finally
        {
            lanes.Expect(lane, clock.GetUtcNow());
            lanes.Reconsider(lane);
            _inFlight.Exit();
        }
    }
}
