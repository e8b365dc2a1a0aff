using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Reading a store from beginning to end.</summary>
internal static class CopyReads
{
    public static StoreSummary Describe(DocumentStore documents)
    {
        var counters = Counters.Load(documents);
        return new StoreSummary(
            StoreIdentity.Find(documents)!.Value.StoreId, counters.Revision, counters.RevisionFloor,
            TimeSpan.FromMicroseconds(counters.ChangeDisorder));
    }

    public static Page<StoreEntry> Read(DocumentStore documents, EntryKind kind, long after)
    {
        var collection = kind switch
        {
            EntryKind.Tenant => Collections.Tenants,
            EntryKind.ApiKey => Collections.ApiKeys,
            EntryKind.Webhook => Collections.Webhooks,
            EntryKind.EventType => Collections.EventTypes,
            EntryKind.Event => Collections.Events,
            EntryKind.LaterDelivery => Collections.Deliveries,
            EntryKind.AuditEvent => Collections.Audit,
            _ => Collections.Redrives,
        };
        return CopyPage.Of(Entries(documents, collection, kind, after));
    }

    private static IEnumerable<(long, StoreEntry)> Entries(DocumentStore documents, string collection, EntryKind kind, long after)
    {
        while (true)
        {
            // In stretches: the expressions of queries have room for the values of one at a time.
            var found = Stretch(documents, collection, kind, after);
            foreach (var document in found)
            {
                yield return (after = document.Seq(), Read(documents, kind, document));
            }

            if (found.Count < StretchSize)
            {
                yield break;
            }
        }
    }

    private const int StretchSize = 100;

    private static List<BsonDocument> Stretch(DocumentStore documents, string collection, EntryKind kind, long after)
    {
        var found = new List<BsonDocument>(StretchSize);
        using var rows = kind == EntryKind.LaterDelivery
            ? documents.WithinKeys(collection, Key.Of(KeyKind.Later, after + 1), Key.Of(KeyKind.Later, long.MaxValue))
            : documents.Within(collection, after + 1, long.MaxValue);
        while (found.Count < StretchSize && rows.Step())
        {
            found.Add(rows.Current);
        }

        return found;
    }

    private static StoreEntry Read(DocumentStore documents, EntryKind kind, BsonDocument document) => kind switch
    {
        EntryKind.Tenant => ReadTenant(TenantDocuments.Read(document)),
        EntryKind.ApiKey => new StoreEntry.ApiKey(KeyDocuments.Read(document)),
        EntryKind.Webhook => ReadWebhook(WebhookDocuments.Read(document)),
        EntryKind.EventType => new StoreEntry.EventType(EventTypeDocuments.Read(document)),
        EntryKind.Event => ReadEvent(documents, EventFormat.Read(document)),
        EntryKind.LaterDelivery => new StoreEntry.LaterDelivery(ReadDelivery(DeliveryFormat.Read(document))),
        EntryKind.AuditEvent => new StoreEntry.AuditEvent(AuditDocuments.Read(document)),
        _ => ReadRedrive(documents, RedriveDocuments.Read(document)),
    };

    private static StoreEntry.Tenant ReadTenant(StoredTenant stored) =>
        new(stored.Tenant, stored.ConfigVersion, stored.WebhookNumber, stored.DeleteTime);

    private static StoreEntry.Webhook ReadWebhook(StoredWebhook stored) => new(stored.Webhook, stored.DeleteTime);

    private static StoreEntry.PublishedEvent ReadEvent(DocumentStore documents, StoredEvent stored)
    {
        var deliveries = new List<DeliveryEntry>();
        using (var rows = documents.Within(Collections.Deliveries, stored.FirstDelivery, stored.EndOfDeliveries - 1))
        {
            while (rows.Step())
            {
                if (DeliveryFormat.Read(rows.Current) is var delivery && delivery.Event == stored.Seq)
                {
                    deliveries.Add(ReadDelivery(delivery));
                }
            }
        }

        return new StoreEntry.PublishedEvent(EventDocuments.WithPayload(documents, stored), stored.Fingerprint, deliveries);
    }

    private static DeliveryEntry ReadDelivery(StoredDelivery stored) => new(stored.Delivery, stored.Attempts);

    private static StoreEntry.Redrive ReadRedrive(DocumentStore documents, StoredRedrive stored) => new(
        stored.Redrive, stored.Scope.Revision, FindLast(documents, stored, stored.Position), FindLast(documents, stored, stored.Scope.End));

    private static string? FindLast(DocumentStore documents, StoredRedrive stored, long before) => stored.Redrive.Replay is null
        ? documents.FirstWithin(Collections.Deliveries, long.MinValue, before - 1, descending: true)?.Text("id")
        : EventWalks.OfTenant(documents, stored.Tenant, 0, before, descending: true).FirstOrDefault()?.Text("id");
}
