using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>A tenant with what only the engine knows of it.</summary>
internal sealed record StoredTenant(long Seq, long ConfigVersion, TenantRecord Tenant, DateTimeOffset? DeleteTime)
{
    /// <summary>The highest number that one of its webhooks ever had.</summary>
    public long WebhookNumber { get; init; }
}

/// <summary>Tenants as documents. A deleted tenant's stays: its id is not given out again.</summary>
internal static class TenantDocuments
{
    private const long DefaultSeq = 1;

    /// <summary>The tenant that every store is born with.</summary>
    public static void InsertDefault(DocumentStore documents, DateTimeOffset now) => Insert(
        documents, new StoredTenant(DefaultSeq, 1, new TenantRecord { Id = TenantRecord.DefaultId, CreateTime = now, UpdateTime = now }, null));

    public static void Insert(DocumentStore documents, StoredTenant tenant) => documents.Insert(Collections.Tenants, [Write(tenant)]);

    public static TenantWrite Create(WriteSession session, TenantRecord tenant)
    {
        if (TenantRef.Find(session.Stored, tenant.Id) is not null)
        {
            return TenantWrite.IdTaken;
        }

        if (IsTaken(session.Stored, tenant))
        {
            return TenantWrite.ExternalIdTaken;
        }

        Insert(session.Stored, new StoredTenant(++session.Counters.Seq, 1, tenant, null));
        return TenantWrite.Done;
    }

    /// <summary>Finds a tenant unless it is deleted.</summary>
    public static StoredTenant? Find(DocumentStore documents, string id) =>
        documents.FindByKey(Collections.Tenants, Key.Of(KeyKind.Id, id)) is { } document && Read(document) is { DeleteTime: null } found ? found : null;

    /// <summary>Finds a tenant by its external id; a deleted one has no such key.</summary>
    public static StoredTenant? FindExternal(DocumentStore documents, string externalId) =>
        documents.FindByKey(Collections.Tenants, Key.Of(KeyKind.ExternalId, externalId)) is { } document ? Read(document) : null;

    public static Page<TenantRecord> List(DocumentStore documents, long? before, int limit) => FullPage.Read(
        documents.Before(Collections.Tenants, before), limit, document => Read(document) is { DeleteTime: null } live ? live.Tenant : null);

    public static TenantWrite Update(WriteSession session, TenantRecord tenant)
    {
        if (Find(session.Stored, tenant.Id) is not { } stored || stored.Tenant.Version != tenant.Version - 1)
        {
            return TenantWrite.VersionMismatch;
        }

        if (IsTaken(session.Stored, tenant))
        {
            return TenantWrite.ExternalIdTaken;
        }

        Save(session, stored with { Tenant = tenant with { CreateTime = stored.Tenant.CreateTime } });
        if (!WritePolicy(tenant.Policy).Equals(WritePolicy(stored.Tenant.Policy)))
        {
            Bump(session, tenant.Id);
        }

        return TenantWrite.Done;
    }

    /// <summary>Says that something changed that publishes depend on.</summary>
    public static void Bump(WriteSession session, string id)
    {
        if (Find(session.Stored, id) is { } stored)
        {
            Save(session, stored with { ConfigVersion = stored.ConfigVersion + 1 });
        }
    }

    /// <summary>Takes the number of the tenant's next webhook.</summary>
    public static long NextWebhookNumber(WriteSession session, string id)
    {
        var stored = Find(session.Stored, id)!;
        Save(session, stored with { WebhookNumber = stored.WebhookNumber + 1 });
        return stored.WebhookNumber + 1;
    }

    public static void Save(WriteSession session, StoredTenant tenant)
    {
        session.Stored.Update(Collections.Tenants, [Write(tenant)]);
        session.Refs.Clear();
        session.NoteSize();
    }

    private static bool IsTaken(DocumentStore documents, TenantRecord tenant) =>
        tenant.ExternalId.Length > 0 && FindExternal(documents, tenant.ExternalId) is { } other && other.Tenant.Id != tenant.Id;

    private static BsonArray KeysOf(StoredTenant stored)
    {
        var keys = new BsonArray { Key.Of(KeyKind.Id, stored.Tenant.Id) };
        if (stored is { DeleteTime: null, Tenant.ExternalId.Length: > 0 })
        {
            keys.Add(Key.Of(KeyKind.ExternalId, stored.Tenant.ExternalId));
        }

        return keys;
    }

    private static string WritePolicy(TenantPolicy policy) => System.Text.Json.JsonSerializer.Serialize(policy, Json.Default.TenantPolicy);

    private static BsonDocument Write(StoredTenant stored)
    {
        var tenant = stored.Tenant;
        var document = new BsonDocument
        {
            ["_id"] = stored.Seq,
            [DocumentStore.Keys] = KeysOf(stored),
            ["id"] = tenant.Id,
            ["config_version"] = stored.ConfigVersion,
            ["webhook_number"] = stored.WebhookNumber,
            ["name"] = tenant.Name,
            ["labels"] = Nested.Write(tenant.Labels, Json.Default.IReadOnlyDictionaryStringString),
            ["policy"] = Nested.Write(tenant.Policy, Json.Default.TenantPolicy),
            ["version"] = tenant.Version,
            ["create_time"] = tenant.CreateTime.ToBson(),
            ["update_time"] = tenant.UpdateTime.ToBson(),
        };
        document.SetText("external_id", tenant.ExternalId);
        document.SetTime("delete_time", stored.DeleteTime);
        return document;
    }

    public static StoredTenant Read(BsonDocument document) => new(
        document.Seq(),
        document.Long("config_version"),
        new TenantRecord
        {
            Id = document.Text("id"),
            Name = document.Text("name"),
            ExternalId = document.Text("external_id"),
            Labels = Nested.Read(document["labels"], Json.Default.IReadOnlyDictionaryStringString),
            Policy = Nested.Read(document["policy"], Json.Default.TenantPolicy),
            Version = document.Long("version"),
            CreateTime = document.Time("create_time"),
            UpdateTime = document.Time("update_time"),
        },
        document.TimeOrNull("delete_time"))
    {
        WebhookNumber = document.Long("webhook_number"),
    };
}
