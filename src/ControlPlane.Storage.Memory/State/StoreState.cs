using System.Collections.Immutable;

namespace ControlPlane.Storage.Memory;

/// <summary>Everything that is stored, by position: positions grow in the order in which things were added, and none is used twice.</summary>
internal sealed class StoreState
{
    public ImmutableSortedDictionary<long, StoredTenant> Tenants = ImmutableSortedDictionary<long, StoredTenant>.Empty;
    public ImmutableSortedDictionary<long, StoredKey> Keys = ImmutableSortedDictionary<long, StoredKey>.Empty;
    public ImmutableSortedDictionary<long, StoredWebhook> Webhooks = ImmutableSortedDictionary<long, StoredWebhook>.Empty;
    public ImmutableSortedDictionary<long, StoredEventType> EventTypes = ImmutableSortedDictionary<long, StoredEventType>.Empty;
    public ImmutableSortedDictionary<long, StoredEvent> Events = ImmutableSortedDictionary<long, StoredEvent>.Empty;
    public ImmutableSortedDictionary<long, StoredDelivery> Deliveries = ImmutableSortedDictionary<long, StoredDelivery>.Empty;
    public ImmutableSortedDictionary<long, StoredRedrive> Redrives = ImmutableSortedDictionary<long, StoredRedrive>.Empty;

    /// <summary>The audit log.</summary>
    public ImmutableSortedDictionary<long, AuditRecord> Audit = ImmutableSortedDictionary<long, AuditRecord>.Empty;

    /// <summary>Positions of deliveries by id.</summary>
    public ImmutableDictionary<string, long> DeliveryIds = ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <summary>Positions of deliveries that have not ended, by webhook.</summary>
    public ImmutableDictionary<string, ImmutableSortedSet<long>> Unfinished =
        ImmutableDictionary.Create<string, ImmutableSortedSet<long>>(StringComparer.Ordinal);

    /// <summary>How attempts ended: by minute and by the id of the webhook or the tenant.</summary>
    public ImmutableDictionary<(long Minute, bool OfWebhook, string Id), AttemptCounts> Minutes =
        ImmutableDictionary<(long, bool, string), AttemptCounts>.Empty;

    /// <summary>The same by hour.</summary>
    public ImmutableDictionary<(long Hour, bool OfWebhook, string Id), AttemptCounts> Hours =
        ImmutableDictionary<(long, bool, string), AttemptCounts>.Empty;

    public long Position;
    public long Revision;
    public long Floor;

    /// <summary>What an unfinished copy has noted last.</summary>
    public string? Mark;

    /// <summary>What changed in the transaction, in revision order.</summary>
    public List<DeliveryRecord> Changes = [];

    /// <summary>Returns a copy to change.</summary>
    public StoreState Copy()
    {
        var copy = (StoreState)MemberwiseClone();
        copy.Changes = [];
        return copy;
    }

    public StoredTenant? FindTenant(string id) => Tenants.Values.FirstOrDefault(t => t.Tenant.Id == id && t.DeleteTime is null);

    public StoredWebhook? FindWebhook(string id) => Webhooks.Values.FirstOrDefault(w => w.Webhook.Id == id && w.DeleteTime is null);

    public IEnumerable<StoredWebhook> WebhooksOf(string tenantId) =>
        Webhooks.Values.Where(w => w.Webhook.TenantId == tenantId && w.DeleteTime is null);

    public StoredDelivery? FindDelivery(string id) => DeliveryIds.TryGetValue(id, out var position) ? Deliveries[position] : null;

    /// <summary>Returns the deliveries of a webhook that have not ended, in the order in which they were appended.</summary>
    public IEnumerable<StoredDelivery> UnfinishedOf(string webhookId) =>
        Unfinished.TryGetValue(webhookId, out var positions) ? positions.Select(position => Deliveries[position]) : [];

    /// <summary>Says that something changed that publishes depend on; returns the new configuration version.</summary>
    public long Bump(StoredTenant tenant)
    {
        tenant = Tenants[tenant.Position];
        Tenants = Tenants.SetItem(tenant.Position, tenant with { ConfigVersion = tenant.ConfigVersion + 1 });
        return tenant.ConfigVersion + 1;
    }

    /// <summary>Stores an entry of the audit log if something changed, and returns what the change returned.</summary>
    public T Log<T>(T result, bool changed, AuditRecord audit, DateTimeOffset now)
    {
        if (changed)
        {
            var position = Math.Max(now.ToMicroseconds(), Audit.Count > 0 ? Audit.Keys.Last() + 1 : 0);
            Audit = Audit.Add(position, audit with { Time = Timestamps.FromMicroseconds(position) });
        }

        return result;
    }

    /// <summary>Stores a delivery under a new revision and returns it.</summary>
    public StoredDelivery Save(StoredDelivery stored, DeliveryRecord delivery, string owner = "", DateTimeOffset? leaseUntil = null)
    {
        delivery = delivery with { Revision = ++Revision };
        stored = stored with { Delivery = delivery, Owner = owner, LeaseUntil = leaseUntil };
        Restore(stored);
        Changes.Add(delivery);
        return stored;
    }

    /// <summary>Stores a delivery as it is.</summary>
    public void Restore(StoredDelivery stored)
    {
        var delivery = stored.Delivery;
        Deliveries = Deliveries.SetItem(stored.Position, stored);
        DeliveryIds = DeliveryIds.SetItem(delivery.Id, stored.Position);
        var open = Unfinished.GetValueOrDefault(delivery.WebhookId, []);
        Unfinished = Unfinished.SetItem(
            delivery.WebhookId, delivery.Ended ? open.Remove(stored.Position) : open.Add(stored.Position));
    }

    public void Remove(StoredDelivery stored)
    {
        Deliveries = Deliveries.Remove(stored.Position);
        DeliveryIds = DeliveryIds.Remove(stored.Delivery.Id);
        Floor = Math.Max(Floor, stored.Delivery.Revision);
    }
}
