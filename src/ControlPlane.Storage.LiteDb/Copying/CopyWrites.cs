using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Adding entries of another store as they are.</summary>
internal static class CopyWrites
{
    /// <summary>The number that stands where nothing has a tenant: in a platform key, and in a redrive over every tenant.</summary>
    private const long NoTenant = 0;

    public static bool Add(WriteSession session, IReadOnlyList<StoreEntry> entries)
    {
        var changes = new List<(long Revision, long Delivery, DateTimeOffset Time)>();
        foreach (var entry in entries)
        {
            Add(session, entry, changes);
        }

        Changes.Add(session.Stored, changes);
        return true;
    }

    private static void Add(WriteSession session, StoreEntry entry, List<(long, long, DateTimeOffset)> changes)
    {
        switch (entry)
        {
            case StoreEntry.Tenant tenant:
                TenantDocuments.Insert(
                    session.Stored,
                    new StoredTenant(++session.Counters.Seq, tenant.ConfigVersion, tenant.Record, tenant.DeleteTime) { WebhookNumber = tenant.WebhookNumber });
                break;
            case StoreEntry.ApiKey { Record: var key }:
                KeyDocuments.Insert(session, TenantOf(session, key.TenantId), key);
                break;
            case StoreEntry.Webhook { Record: var webhook } added:
                WebhookDocuments.Insert(session, TenantOf(session, webhook.TenantId), webhook, added.DeleteTime);
                break;
            case StoreEntry.EventType { Record: var type }:
                EventTypeDocuments.Insert(session, TenantOf(session, type.TenantId), type);
                break;
            case StoreEntry.PublishedEvent added:
                AddEvent(session, added, changes);
                break;
            case StoreEntry.LaterDelivery { Delivery: var later }:
                AddLater(session, later, changes);
                break;
            case StoreEntry.AuditEvent { Record: var audit }:
                AuditDocuments.Insert(session, audit);
                break;
            case StoreEntry.Redrive { Record: var redrive } added:
                RedriveDocuments.Insert(
                    session,
                    new StoredRedrive(
                        ++session.Counters.Seq, TenantOf(session, redrive.Filter.TenantId), redrive,
                        new RedriveScope(redrive.Matched, added.ScopeRevision, After(session, redrive, added.ScopeTo)), After(session, redrive, added.DoneTo)));
                break;
        }
    }

    private static void AddEvent(WriteSession session, StoreEntry.PublishedEvent added, List<(long, long, DateTimeOffset)> changes)
    {
        var record = added.Record;
        var seq = ++session.Counters.EventSeq;
        var tenant = TenantOf(session, record.TenantId);
        var stored = new StoredEvent(
            seq,
            tenant,
            session.Counters.DeliverySeq + 1,
            record with { Payload = null },
            added.Fingerprint,
            HasIdKey: !session.Stored.Recent.Events.Add(tenant, seq, record.Id, isGenerated: added.Fingerprint is null));
        session.Events.Add(stored, record.Payload);
        session.Counters.NoteEvent(record.CreateTime);
        var position = session.Counters.DeliverySeq;
        // Also for those that were removed: no number is given twice.
        session.Counters.DeliverySeq += record.DeliveryCount;
        foreach (var delivery in added.Deliveries)
        {
            AddDelivery(session, stored, ++position, delivery);
            changes.Add((delivery.Record.Revision, position, delivery.Record.UpdateTime));
        }
    }

    private static void AddLater(WriteSession session, DeliveryEntry later, List<(long, long, DateTimeOffset)> changes)
    {
        var record = later.Record;
        var source = session.Events.FindById(session.Stored, TenantOf(session, record.TenantId), record.EventId)!;
        session.Counters.NoteEvent(record.CreateTime);
        var position = ++session.Counters.DeliverySeq;
        AddDelivery(session, source, position, later, isLater: true);
        changes.Add((record.Revision, position, record.UpdateTime));
    }

    private static void AddDelivery(WriteSession session, StoredEvent source, long seq, DeliveryEntry delivery, bool isLater = false)
    {
        var record = delivery.Record;
        var webhook = session.Refs.FindReceiver(session.Stored, record.WebhookId)
            ?? session.Refs.FindWebhook(session.Stored, WebhookDocuments.FindSeq(session.Stored, record.WebhookId)!.Value)!;
        long? line = OrderingRules.HasPlace(record.OrderingKey, record.Trigger) ? OrderingLine.KeyOf(record.OrderingKey) : null;
        var leased = record.State == DeliveryState.InFlight;
        var stored = new StoredDelivery
        {
            Seq = seq,
            Event = source.Seq,
            Webhook = webhook.Seq,
            Tenant = source.Tenant,
            Line = line,
            IsLater = isLater,
            HasIdKey = !session.Stored.Recent.Deliveries.Add(webhook.Seq, seq, record.Id, isGenerated: true),
            Delivery = record,
            Blocked = line is { } joined && record.NextAttemptTime is not null
                && OrderingLines.IsBusy(session, new OrderingLine(webhook.Seq, joined, webhook.HeadOfLine), session.Now),
            HasLeaseKey = leased,
            LeaseUntil = leased ? session.Now : null,
            Erased = leased ? ErasureRules.ReasonOf(source.Event) : EndReason.None,
            Attempts = [.. delivery.Attempts],
        };
        session.Deliveries.Change(stored);
        session.Counters.LatestChange = Math.Max(session.Counters.LatestChange, record.UpdateTime.ToMicroseconds());
        if (!record.Ended)
        {
            session.OpenDeliveries.Note(stored, opened: 1);
        }
    }

    private static long TenantOf(WriteSession session, string? id) =>
        id is null ? NoTenant : (session.Refs.FindTenant(session.Stored, id) ?? TenantRef.Find(session.Stored, id)!).Seq;

    /// <summary>The position after a delivery, or after an event of a replay.</summary>
    private static long After(WriteSession session, RedriveRecord redrive, string? id) => id is null ? 0
        : redrive.Replay is null ? DeliveryIds.Find(session.Documents, id)!.Seq() + 1
        : session.Events.FindById(session.Stored, TenantOf(session, redrive.Filter.TenantId), id)!.Seq + 1;
}
