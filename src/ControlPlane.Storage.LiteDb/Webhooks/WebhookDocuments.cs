using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>A webhook with what only the engine knows of it.</summary>
internal sealed record StoredWebhook(long Seq, long Tenant, WebhookRecord Webhook, DateTimeOffset? DeleteTime);

/// <summary>Webhooks as documents. A deleted one stays while deliveries refer to it; its keys, and so its ids, are free for others.</summary>
internal static class WebhookDocuments
{
    private const string Record = "record";

    public static StoredWebhook? Find(DocumentStore documents, string id) =>
        documents.FindByKey(Collections.Webhooks, Key.Of(KeyKind.Id, id)) is { } document && Read(document) is { DeleteTime: null } found ? found : null;

    /// <summary>Finds a webhook's number, deleted or not.</summary>
    public static long? FindSeq(DocumentStore documents, string id) =>
        documents.FindByKey(Collections.Webhooks, Key.Of(KeyKind.Id, id))?.Seq();

    public static StoredWebhook? FindExternal(DocumentStore documents, long tenant, string externalId) =>
        ReadOrNull(documents.FindByKey(Collections.Webhooks, Key.Of(KeyKind.ExternalId, tenant, externalId)));

    public static StoredWebhook? FindRequest(DocumentStore documents, long tenant, string requestId) =>
        ReadOrNull(documents.FindByKey(Collections.Webhooks, Key.Of(KeyKind.RequestId, tenant, requestId)));

    public static Page<WebhookRecord> List(DocumentStore documents, string? tenantId, long? before, int limit)
    {
        if (tenantId is null)
        {
            return FullPage.Read(documents.Before(Collections.Webhooks, before), limit, document => Read(document) is { DeleteTime: null } live ? live.Webhook : null);
        }

        return TenantRef.Find(documents, tenantId) is { } tenant
            ? FullPage.Read(documents.OfTenant(Collections.Webhooks, tenant.Seq, before), limit, document => Read(document).Webhook)
            : new Page<WebhookRecord>([], null);
    }

    public static bool Any(DocumentStore documents, long tenant)
    {
        using var rows = documents.OfTenant(Collections.Webhooks, tenant, null);
        return rows.Step();
    }

    public static long Count(DocumentStore documents, long tenant)
    {
        var count = 0;
        using var rows = documents.OfTenant(Collections.Webhooks, tenant, null);
        while (rows.Step())
        {
            count++;
        }

        return count;
    }

    public static void Insert(WriteSession session, long tenant, WebhookRecord webhook, DateTimeOffset? deleteTime = null)
    {
        session.Stored.Insert(Collections.Webhooks, [Write(new StoredWebhook(++session.Counters.Seq, tenant, webhook, deleteTime))]);
        session.NoteSize();
    }

    public static void Save(WriteSession session, StoredWebhook webhook)
    {
        session.Stored.Update(Collections.Webhooks, [Write(webhook)]);
        session.NoteSize();
    }

    public static bool SetFailingSince(WriteSession session, string id, DateTimeOffset? since)
    {
        if (Find(session.Stored, id) is { } stored)
        {
            Save(session, stored with { Webhook = stored.Webhook with { FailingSince = since } });
        }

        return true;
    }

    public static void DeleteAll(WriteSession session, long tenant, DateTimeOffset now)
    {
        var all = new List<StoredWebhook>();
        using (var rows = session.Stored.OfTenant(Collections.Webhooks, tenant, null))
        {
            while (rows.Step())
            {
                all.Add(Read(rows.Current));
            }
        }

        all.ForEach(webhook => Save(session, webhook with { DeleteTime = now }));
    }

    private static StoredWebhook? ReadOrNull(BsonDocument? document) => document is null ? null : Read(document);

    public static StoredWebhook Read(BsonDocument document) => new(
        document.Seq(),
        document.Long("tenant"),
        Nested.Read(document[Record], Json.Default.WebhookRecord) with
        {
            FailingSince = document.TimeOrNull("failing_since"),
            HeadOfLine = (HeadOfLine)document.Int("head_of_line"),
        },
        document.TimeOrNull("delete_time"));

    private static BsonDocument Write(StoredWebhook stored)
    {
        var webhook = stored.Webhook;
        var document = new BsonDocument
        {
            ["_id"] = stored.Seq,
            [DocumentStore.Keys] = Keys(stored),
            ["id"] = webhook.Id,
            ["tenant"] = stored.Tenant,
            ["tenant_id"] = webhook.TenantId,
            ["head_of_line"] = (int)webhook.HeadOfLine,
            [Record] = Nested.Write(webhook with { FailingSince = null }, Json.Default.WebhookRecord),
        };
        document.SetTime("failing_since", webhook.FailingSince);
        document.SetTime("delete_time", stored.DeleteTime);
        return document;
    }

    private static BsonArray Keys(StoredWebhook stored)
    {
        var webhook = stored.Webhook;
        var keys = new BsonArray { Key.Of(KeyKind.Id, webhook.Id) };
        if (stored.DeleteTime is { } deleted)
        {
            keys.Add(Key.Of(KeyKind.Gone, deleted.ToMicroseconds(), stored.Seq));
            return keys;
        }

        keys.Add(Key.Of(KeyKind.OfTenant, stored.Tenant, stored.Seq));
        if (webhook.ExternalId.Length > 0)
        {
            keys.Add(Key.Of(KeyKind.ExternalId, stored.Tenant, webhook.ExternalId));
        }

        if (webhook.RequestId.Length > 0)
        {
            keys.Add(Key.Of(KeyKind.RequestId, stored.Tenant, webhook.RequestId));
        }

        return keys;
    }
}
