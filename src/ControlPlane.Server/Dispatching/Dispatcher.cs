using System.Collections.Concurrent;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.OperationalEvents;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Dispatching;

/// <summary>The lanes, one per webhook with something to send.</summary>
internal sealed class Dispatcher : ILaneHost, IDisposable
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TenantPlaces> _shares = new(StringComparer.Ordinal);
    private readonly InFlightCounter _inFlight = new();
    private readonly Turns _line;
    private readonly LaneAlarm _alarm;
    private readonly Places _places;
    private readonly LeaseBook _leases;
    private readonly WebhookCatalog _catalog;
    private readonly OperationalEventPlanner _operationalEvents;
    private readonly DispatchingOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<Dispatcher> _log;
    private volatile bool _stopping;

    public Dispatcher(
        Turns line, Places places, LeaseBook leases, LaneAlarm alarm, WebhookCatalog catalog, OperationalEventPlanner operationalEvents,
        IOptions<DispatchingOptions> options, TimeProvider clock, ILogger<Dispatcher> log)
    {
        (_line, _places, _leases, _alarm, _catalog, _operationalEvents, _options, _clock, _log) =
            (line, places, leases, alarm, catalog, operationalEvents, options.Value, clock, log);
        catalog.Changed += Reconsider;
        operationalEvents.Waiting += Expect;
    }

    /// <summary>Completes when no claim or release that was begun is under way any more.</summary>
    public Task Settled => _inFlight.WhenNone();

    /// <summary>The leases that deliveries are born with.</summary>
    public string Owner => _leases.Owner;

    /// <summary>Sets a place aside for a delivery that is about to be stored, or null if it should wait in the store.</summary>
    public Lane? TryReserve(WebhookRecord webhook)
    {
        var lane = LaneOf(webhook.TenantId, webhook.Id);
        return !_stopping && lane.TryReserve(webhook) ? lane : null;
    }

    /// <summary>Hands over a delivery that was born leased on a reserved place.</summary>
    public void Enqueue(Lane lane, DeliveryRecord delivery, EventRecord source, DateTimeOffset leaseUntil) =>
        lane.Enqueue(_places.Add(lane.Share, delivery, source, leaseUntil));

    /// <summary>Tells that a delivery waits in the store until then.</summary>
    public void Expect(string tenantId, string webhookId, DateTimeOffset due) => LaneOf(tenantId, webhookId).Expect(due);

    /// <summary>Tells that a delivery was cancelled.</summary>
    public void Forget(string deliveryId) => _places.Lose(deliveryId);

    /// <summary>What the webhook's lane is doing, and where the delivery stands in it; null if there is no lane.</summary>
    public LaneSnapshot? Look(string webhookId, string deliveryId) =>
        _lanes.TryGetValue(webhookId, out var lane) ? lane.Look(deliveryId) : null;

    /// <summary>Whether this process holds the delivery's lease.</summary>
    public bool Holds(string deliveryId) => _places.Holds(deliveryId);

    /// <summary>Stops lanes from taking and starting deliveries; answers everything that was queued.</summary>
    public IReadOnlyList<WorkItem> Stop()
    {
        _stopping = true;
        _line.Close();
        return [.. _lanes.Values.SelectMany(lane => lane.TakeQueue())];
    }

    bool ILaneHost.TryTakePlace(TenantPlaces share) => _places.TryTakePlace(share);

    void ILaneHost.GiveBackPlace(TenantPlaces share) => _places.GiveBackPlace(share);

    void ILaneHost.Enlist(Lane lane) => _line.Enlist(lane);

    void ILaneHost.SetAlarm(Lane lane, DateTimeOffset time) => _alarm.Set(lane, time);

    void ILaneHost.Claim(Lane lane, int limit, int changes)
    {
        // Counted before looking, so that a stop either keeps it from being begun or waits for it.
        _inFlight.Enter();
        if (_stopping)
        {
            _inFlight.Exit();
            return;
        }

        _ = ClaimAsync(lane, limit, changes);
    }

    public void Dispose()
    {
        _catalog.Changed -= Reconsider;
        _operationalEvents.Waiting -= Expect;
    }

    private void Expect(DeliveryRecord delivery) => Expect(delivery.TenantId, delivery.WebhookId, delivery.CreateTime);

    private async Task ClaimAsync(Lane lane, int limit, int changes)
    {
        try
        {
            var webhook = await _catalog.FindAsync(lane.TenantId, lane.WebhookId, CancellationToken.None);
            if (webhook is not { State: WebhookState.Active })
            {
                await DropIfDeletedAsync(lane, webhook);
                lane.Claimed(null, changes, [], _clock.GetUtcNow() + Breath);
                return;
            }

            var places = 0;
            while (places < limit && _places.TryTakePlace(lane.Share))
            {
                places++;
            }

            var (items, next) = places > 0
                ? await _leases.ClaimAsync(lane.WebhookId, lane.Share, places)
                : ([], _clock.GetUtcNow() + Breath);
            lane.Claimed(webhook, changes, items, next);
        }
        catch (Exception e)
        {
            DispatchingLog.ClaimFailed(_log, e, lane.WebhookId);
            lane.ClaimFailed(_clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        }
        finally
        {
            _inFlight.Exit();
        }
    }

    private void Reconsider(string tenantId, string webhookId)
    {
        if (_lanes.TryGetValue(webhookId, out var lane))
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
            var webhook = await _catalog.FindAsync(lane.TenantId, lane.WebhookId, CancellationToken.None);
            if (webhook is not { State: WebhookState.Active })
            {
                await _leases.ReleaseAsync(lane.TakeQueue(), _clock.GetStoreNow());
            }

            await DropIfDeletedAsync(lane, webhook);
        }
        catch (Exception e)
        {
            DispatchingLog.ReconsiderFailed(_log, e, lane.WebhookId);
        }
        finally
        {
            lane.Expect(_clock.GetUtcNow());
            lane.Reconsider();
            _inFlight.Exit();
        }
    }

    /// <summary>Nothing that waits for a deleted webhook is ever sent, and nobody else ends it.</summary>
    private async Task DropIfDeletedAsync(Lane lane, WebhookRecord? webhook)
    {
        if (webhook is null)
        {
            await _leases.CancelOrphansAsync();
            _lanes.TryRemove(new(lane.WebhookId, lane));
        }
    }

    private Lane LaneOf(string tenantId, string webhookId) =>
        _lanes.TryGetValue(webhookId, out var lane)
            ? lane
            : _lanes.GetOrAdd(webhookId, static (id, x) => x.self.NewLane(x.tenantId, id), (self: this, tenantId));

    private Lane NewLane(string tenantId, string webhookId) =>
        new(tenantId, webhookId, ShareOf(tenantId), new LaneGate(_options.MaxInFlightPerWebhook, _options.ProbeAfterFailures, _clock), this,
            _options.QueuePerWebhook, _clock);

    private TenantPlaces ShareOf(string tenantId) => _shares.GetOrAdd(tenantId, static _ => new());
}
