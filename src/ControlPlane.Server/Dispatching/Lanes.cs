using System.Collections.Concurrent;
using System.Threading.Channels;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Dispatching;

/// <summary>The lanes, one per webhook with something to send, and the carrying out of what they need.</summary>
internal sealed class Lanes(
    Turns turns, Places places, LaneAlarm alarm, Receivers receivers, StorageEngine store, IOptions<DispatchingOptions> options,
    TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TenantPlaces> _tenants = new(StringComparer.Ordinal);
    private readonly Channel<LaneClaim> _claims = Channel.CreateUnbounded<LaneClaim>(new() { SingleReader = true });
    private volatile bool _stopping;

    public bool Stopping => _stopping;

    /// <summary>The claims that lanes wait for. Each is to be followed by one call of <see cref="Claimed"/> or <see cref="ClaimFailed"/>.</summary>
    public ChannelReader<LaneClaim> Claims => _claims.Reader;

    /// <summary>Sets a place aside for a delivery that is about to be stored, or null if it should wait in the store.</summary>
    public Lane? TryReserve(WebhookRecord webhook)
    {
        if (!store.Ownership.Owns(webhook.Id))
        {
            return null;
        }

        var lane = LaneOf(webhook.TenantId, webhook.Id);
        Configure(lane, webhook);
        if (_stopping || !lane.TryReserve())
        {
            return null;
        }

        if (places.TryTake(lane.Places))
        {
            return lane;
        }

        Carry(lane, lane.Unreserve());
        return null;
    }

    /// <summary>Gives the place back.</summary>
    public void Unreserve(Lane lane)
    {
        places.GiveBack(lane.Places);
        Carry(lane, lane.Unreserve());
    }

    /// <summary>Takes over a delivery that was born leased on a reserved place.</summary>
    public void Enqueue(Lane lane, DeliveryRecord delivery, EventRecord source, int erasures, DateTimeOffset leaseUntil) =>
        Carry(lane, lane.Enqueue(places.Add(lane.Places, delivery, source, erasures, leaseUntil)));

    /// <summary>How many times events were erased. To be read before one is stored that goes into a lane.</summary>
    public int Erasures => places.Erasures;

    /// <summary>A delivery waits in the store until then. Says nothing to this process if another one owns the webhook.</summary>
    public void Expect(string tenantId, string webhookId, DateTimeOffset due)
    {
        if (store.Ownership.Owns(webhookId))
        {
            Expect(LaneOf(tenantId, webhookId), due);
        }
    }

    public void Expect(Lane lane, DateTimeOffset due) => Carry(lane, lane.Expect(due));

    /// <summary>What the webhook's lane is doing, and where the delivery stands in it; null if there is no lane.</summary>
    public LaneSnapshot? Look(string webhookId, string deliveryId) => Find(webhookId)?.Look(deliveryId);

    /// <summary>Whether this process holds the delivery's lease.</summary>
    public bool Holds(string deliveryId) => places.Holds(deliveryId);

    /// <summary>A delivery was cancelled: it is not sent any more.</summary>
    public void Forget(string deliveryId) => places.Lose(deliveryId);

    /// <summary>Events were erased: what waits in lanes is read again before it is sent.</summary>
    public void NoteErasure() => places.NoteErasure();

    public Lane? Find(string webhookId) => _lanes.GetValueOrDefault(webhookId);

    /// <summary>Takes the lane's next delivery to send; null if none may start now.</summary>
    public WorkItem? Start(Lane lane)
    {
        Carry(lane, lane.Start(out var item));
        return item;
    }

    /// <summary>A request of the lane ended. Returns deliveries that must go back to the store because the receiver is failing now.</summary>
    public IReadOnlyList<WorkItem> End(Lane lane, bool? succeeded, bool answered)
    {
        Carry(lane, lane.End(succeeded, answered, out var back));
        return back;
    }

    /// <summary>The lane's webhook was changed.</summary>
    public void Reconsider(Lane lane) => Carry(lane, lane.Reconsider());

    /// <summary>A time came that the lane waited for.</summary>
    public void Wake(Lane lane) => Carry(lane, lane.Wake());

    /// <summary>A claim ended.</summary>
    public void Claimed(LaneClaim claim, WebhookRecord? webhook, IReadOnlyList<WorkItem> items, DateTimeOffset? nextDue)
    {
        if (webhook is not null)
        {
            Configure(claim.Lane, webhook);
        }

        Carry(claim.Lane, claim.Lane.Claimed(webhook is not null, claim.Changes, items, nextDue));
    }

    /// <summary>A claim could not be made.</summary>
    public void ClaimFailed(LaneClaim claim, DateTimeOffset again) => Carry(claim.Lane, claim.Lane.ClaimFailed(again));

    /// <summary>The lane's webhook does not exist any more.</summary>
    public void Remove(Lane lane) => _lanes.TryRemove(new(lane.WebhookId, lane));

    /// <summary>Removes the lanes of webhooks that this process does not own any more. Returns what was queued in them.</summary>
    public IReadOnlyList<WorkItem> RemoveLost()
    {
        var lost = _lanes.Values.Where(lane => !store.Ownership.Owns(lane.WebhookId)).ToList();
        lost.ForEach(Remove);
        return [.. lost.SelectMany(lane => lane.TakeQueue())];
    }

    /// <summary>Stops lanes from taking and starting deliveries. Returns everything that was queued.</summary>
    public IReadOnlyList<WorkItem> Stop()
    {
        _stopping = true;
        _claims.Writer.TryComplete();
        turns.Close();
        return [.. _lanes.Values.SelectMany(lane => lane.TakeQueue())];
    }

    private void Carry(Lane lane, LaneDecision decision)
    {
        if (decision.Enlist)
        {
            turns.Enlist(lane);
        }

        if (decision.Claim > 0)
        {
            _claims.Writer.TryWrite(new(lane, decision.Claim, decision.Changes));
        }

        if (decision.Wake is { } time)
        {
            alarm.Set(lane, time);
        }
    }

    private void Configure(Lane lane, WebhookRecord webhook)
    {
        if (!lane.Knows(webhook))
        {
            lane.Configure(webhook, receivers.Of(webhook));
        }
    }

    private Lane LaneOf(string tenantId, string webhookId) =>
        _lanes.TryGetValue(webhookId, out var lane)
            ? lane
            : _lanes.GetOrAdd(webhookId, static (id, x) => x.self.NewLane(x.tenantId, id), (self: this, tenantId));

    private Lane NewLane(string tenantId, string webhookId) => new(
        tenantId,
        webhookId,
        _tenants.GetOrAdd(tenantId, static _ => new()),
        new LaneGate(options.Value.MaxInFlightPerWebhook, options.Value.ProbeAfterFailures, clock),
        options.Value.QueuePerWebhook,
        clock);
}
