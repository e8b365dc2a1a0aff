using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>An event with what only the engine knows of it. Its payload is a document of its own.</summary>
/// <param name="Seq">Its position.</param>
/// <param name="Tenant">Its tenant's number.</param>
/// <param name="FirstDelivery">Its deliveries have the positions from this on, without gaps.</param>
/// <param name="Event">The event, without payload.</param>
/// <param name="Fingerprint">What it was published with.</param>
/// <param name="HasIdKey">Whether its id is a key of its document instead of being listed.</param>
internal sealed record StoredEvent(long Seq, long Tenant, long FirstDelivery, EventRecord Event, byte[]? Fingerprint, bool HasIdKey)
{
    /// <summary>The position after that of the last delivery.</summary>
    public long EndOfDeliveries => FirstDelivery + Event.DeliveryCount;
}

/// <summary>Events as documents.</summary>
internal static class EventFormat
{
    private const string JsonContent = "application/json";

    public static BsonValue IdKey(long tenant, string id) => Key.Of(KeyKind.Id, id, tenant);

    public static BsonValue NameKey(long tenant, string idempotencyKey) => Key.Of(KeyKind.Name, tenant, idempotencyKey);

    public static BsonDocument Write(StoredEvent stored, int payloadSize)
    {
        var record = stored.Event;
        var document = new BsonDocument
        {
            ["_id"] = stored.Seq,
            ["ts"] = stored.Tenant,
            ["fd"] = stored.FirstDelivery,
            ["dc"] = record.DeliveryCount,
            ["pl"] = payloadSize,
            ["c"] = record.CreateTime.ToBson(),
            ["y"] = record.Type,
            ["id"] = record.Id,
            ["t"] = record.TenantId,
        };
        if (Keys(stored) is { Count: > 0 } keys)
        {
            document[DocumentStore.Keys] = keys;
        }

        document.SetNumber("ki", stored.HasIdKey ? 1 : 0);
        document.SetText("n", record.Instance);
        document.SetText("ct", record.ContentType == JsonContent ? "" : record.ContentType);
        document.SetText("ik", record.IdempotencyKey);
        document.SetText("o", record.OrderingKey);
        document.SetTime("xt", record.ExpireTime);
        document.SetTime("er", record.EraseTime);
        document.SetText("tr", record.Trace?.ToString() ?? "");
        if (stored.Fingerprint is { } fingerprint)
        {
            document["fp"] = fingerprint;
        }

        if (record.Labels is { Count: > 0 } labels)
        {
            document["lb"] = new BsonArray(labels.SelectMany(label => new BsonValue[] { label.Key, label.Value }));
        }

        return document;
    }

    public static StoredEvent Read(BsonDocument document) => new(
        document.Seq(), document.Long("ts"), document.Long("fd"), ReadRecord(document), document.Bytes("fp"), document.Int("ki") == 1);

    private static BsonArray Keys(StoredEvent stored)
    {
        var keys = new BsonArray();
        if (stored.HasIdKey)
        {
            keys.Add(IdKey(stored.Tenant, stored.Event.Id));
        }

        if (stored.Event.IdempotencyKey.Length > 0)
        {
            keys.Add(NameKey(stored.Tenant, stored.Event.IdempotencyKey));
        }

        if (stored.Event is { ExpireTime: { } expires, EraseTime: null })
        {
            keys.Add(Key.Of(KeyKind.Expiring, expires.ToMicroseconds(), stored.Seq));
        }

        return keys;
    }

    private static EventRecord ReadRecord(BsonDocument document) => new()
    {
        Id = document.Text("id"),
        TenantId = document.Text("t"),
        Type = document.Text("y"),
        Instance = document.Text("n"),
        ContentType = document.Text("ct") is { Length: > 0 } content ? content : JsonContent,
        IdempotencyKey = document.Text("ik"),
        OrderingKey = document.Text("o"),
        Trace = document.Text("tr") is { Length: > 0 } trace ? TraceContext.Parse(trace) : null,
        Labels = document["lb"] is { IsArray: true } labels
            ? labels.AsArray.Chunk(2).ToDictionary(pair => pair[0].AsString, pair => pair[1].AsString, StringComparer.Ordinal)
            : null,
        DeliveryCount = document.Int("dc"),
        CreateTime = document.Time("c"),
        ExpireTime = document.TimeOrNull("xt"),
        EraseTime = document.TimeOrNull("er"),
    };

    public static BsonDocument WritePayload(long seq, byte[] payload) => new() { ["_id"] = seq, ["b"] = payload };

    public static byte[] ReadPayload(BsonDocument document) => document["b"].AsBinary;
}
