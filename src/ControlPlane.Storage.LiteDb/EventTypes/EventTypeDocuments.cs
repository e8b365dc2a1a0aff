using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>An event type with its position.</summary>
internal sealed record StoredEventType(long Seq, EventTypeRecord EventType);

/// <summary>Event types as documents. A deleted tenant's are deleted with it.</summary>
internal static class EventTypeDocuments
{
    public static StoredEventType? Find(DocumentStore documents, long tenant, string name) =>
        documents.FindByKey(Collections.EventTypes, Key.Of(KeyKind.Name, tenant, name)) is { } document
            ? new StoredEventType(document.Seq(), Read(document))
            : null;

    public static Page<EventTypeRecord> List(DocumentStore documents, string? tenantId, long? before, int limit)
    {
        if (tenantId is null)
        {
            return FullPage.Read(documents.Before(Collections.EventTypes, before), limit, Read);
        }

        return TenantRef.Find(documents, tenantId) is { } tenant
            ? FullPage.Read(documents.OfTenant(Collections.EventTypes, tenant.Seq, before), limit, Read)
            : new Page<EventTypeRecord>([], null);
    }

    public static IReadOnlyList<string> LoadNames(DocumentStore documents, long tenant) =>
        FullPage.Read(documents.OfTenant(Collections.EventTypes, tenant, null), int.MaxValue, document => document.Text("name")).Items;

    public static void Insert(WriteSession session, long tenant, EventTypeRecord type)
    {
        session.Stored.Insert(Collections.EventTypes, [Write(++session.Counters.Seq, tenant, type)]);
        session.NoteSize();
    }

    public static void Update(WriteSession session, long seq, long tenant, EventTypeRecord type)
    {
        session.Stored.Update(Collections.EventTypes, [Write(seq, tenant, type)]);
        session.NoteSize();
    }

    public static void Delete(WriteSession session, long seq)
    {
        session.Stored.Delete(Collections.EventTypes, [seq]);
        session.NoteSize();
    }

    public static void DeleteAll(WriteSession session, long tenant)
    {
        var all = new List<BsonValue>();
        using (var rows = session.Stored.OfTenant(Collections.EventTypes, tenant, null))
        {
            while (rows.Step())
            {
                all.Add(rows.Current[DocumentStore.Id]);
            }
        }

        session.Stored.Delete(Collections.EventTypes, all);
    }

    private static BsonDocument Write(long seq, long tenant, EventTypeRecord type) => new()
    {
        ["_id"] = seq,
        [DocumentStore.Keys] = new BsonArray { Key.Of(KeyKind.Name, tenant, type.Name), Key.Of(KeyKind.OfTenant, tenant, seq) },
        ["tenant_id"] = type.TenantId,
        ["name"] = type.Name,
        ["description"] = type.Description,
        ["deprecated"] = type.Deprecated,
        ["schema"] = type.Schema,
        ["schema_version"] = type.SchemaVersion,
        ["examples"] = new BsonArray(type.Examples.Select(example => new BsonValue(example))),
        ["version"] = type.Version,
        ["create_time"] = type.CreateTime.ToBson(),
        ["update_time"] = type.UpdateTime.ToBson(),
    };

    public static EventTypeRecord Read(BsonDocument document) => new()
    {
        TenantId = document.Text("tenant_id"),
        Name = document.Text("name"),
        Description = document.Text("description"),
        Deprecated = document["deprecated"].AsBoolean,
        Schema = document.Text("schema"),
        SchemaVersion = (int)document.Long("schema_version"),
        Examples = [.. document["examples"].AsArray.Select(example => example.AsString)],
        Version = document.Long("version"),
        CreateTime = document.Time("create_time"),
        UpdateTime = document.Time("update_time"),
    };
}
