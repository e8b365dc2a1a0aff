using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// What documents are found by: a kind and some values, packed into bytes that sort as the values do. A document has its keys in a list
/// under one index, and only those that it needs at the time; that gives indexes over several values, and indexes that hold a part of
/// the documents, neither of which LiteDB has.
/// </summary>
internal static class Key
{
    /// <summary>Longer texts are hashed: keys of an index are at most 1,023 bytes.</summary>
    private const int LongestText = 600;

    public static BsonValue Of(KeyKind kind, long one) => Write(kind, stackalloc byte[9], one);

    public static BsonValue Of(KeyKind kind, long one, long two) => Write(kind, stackalloc byte[17], one, two);

    public static BsonValue Of(KeyKind kind, long one, long two, long three) => Write(kind, stackalloc byte[25], one, two, three);

    public static BsonValue Of(KeyKind kind, long one, long two, long three, long four, long five) =>
        Write(kind, stackalloc byte[41], one, two, three, four, five);

    public static BsonValue Of(KeyKind kind, string text) => Of(kind, text, []);

    public static BsonValue Of(KeyKind kind, string text, long then) => Of(kind, text, [then]);

    public static BsonValue Of(KeyKind kind, long first, string text)
    {
        var bytes = Encode(text);
        var key = new byte[9 + bytes.Length];
        key[0] = (byte)kind;
        Put(key.AsSpan(1), first);
        bytes.CopyTo(key, 9);
        return new BsonValue(key);
    }

    public static BsonValue Of(KeyKind kind, byte[] bytes) => new([(byte)kind, .. bytes]);

    private static BsonValue Of(KeyKind kind, string text, ReadOnlySpan<long> then)
    {
        var bytes = Encode(text);
        var key = new byte[2 + bytes.Length + (then.Length * sizeof(long))];
        key[0] = (byte)kind;
        bytes.CopyTo(key, 1);
        for (var i = 0; i < then.Length; i++)
        {
            Put(key.AsSpan(2 + bytes.Length + (i * sizeof(long))), then[i]);
        }

        return new BsonValue(key);
    }

    private static BsonValue Write(KeyKind kind, Span<byte> key, params ReadOnlySpan<long> values)
    {
        key[0] = (byte)kind;
        for (var i = 0; i < values.Length; i++)
        {
            Put(key[(1 + (i * sizeof(long)))..], values[i]);
        }

        return new BsonValue(key.ToArray());
    }

    /// <summary>With the sign turned, so that the bytes sort as the numbers do.</summary>
    private static void Put(Span<byte> key, long value) => BinaryPrimitives.WriteUInt64BigEndian(key, (ulong)value ^ (1ul << 63));

    private static byte[] Encode(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        // What follows a text comes after a zero, which no text that is written out has in it.
        return bytes.Length <= LongestText && !bytes.Contains((byte)0) ? bytes : [0xff, .. SHA256.HashData(bytes)];
    }
}

/// <summary>What a key says of its document. Part of the stored format.</summary>
internal enum KeyKind : byte
{
    /// <summary>Its id; of an event with the tenant, since tenants choose those. Events and deliveries whose ids are listed have none.</summary>
    Id = 1,

    /// <summary>Tenant and position: it is one of the tenant's, and not deleted.</summary>
    OfTenant = 2,

    /// <summary>Webhook: tenant and external id. Tenant that is not deleted: its external id.</summary>
    ExternalId = 3,

    /// <summary>Webhook: tenant and the id of the request that made it.</summary>
    RequestId = 4,

    /// <summary>Webhook that was deleted: when. Redrive that ended: when.</summary>
    Gone = 5,

    /// <summary>API key: its hash.</summary>
    Hash = 6,

    /// <summary>Event type: tenant and name. Event: tenant and idempotency key.</summary>
    Name = 7,

    /// <summary>Redrive that is running: its position.</summary>
    Running = 8,

    /// <summary>Entry of the audit log: the resource's id and position.</summary>
    Resource = 9,

    /// <summary>Entry of the audit log: the actor's id and position.</summary>
    Actor = 10,

    /// <summary>Entry of the audit log: the method and position.</summary>
    Method = 11,

    /// <summary>Entry of the audit log: the tenant's id, also of one that was deleted, and position.</summary>
    TenantId = 12,

    /// <summary>API key that was not revoked: tenant, when it expires, position.</summary>
    Valid = 13,

    /// <summary>Delivery that waits, and whose turn it is: webhook, due time, position.</summary>
    Waiting = 16,

    /// <summary>Delivery that is behind another one in its line: webhook, line, position.</summary>
    Blocked = 17,

    /// <summary>Delivery in a line that has not ended and is not blocked: webhook, line, state, due time, position.</summary>
    InLine = 18,

    /// <summary>Delivery that has been leased for a while: position.</summary>
    Leased = 19,

    /// <summary>Dead letter: webhook and position.</summary>
    DeadOfWebhook = 21,

    /// <summary>Dead letter: position.</summary>
    Dead = 22,

    /// <summary>Delivery that was created after its event: event and position.</summary>
    LaterOfEvent = 23,

    /// <summary>Delivery that was created after its event: tenant and position.</summary>
    LaterOfTenant = 24,

    /// <summary>Delivery that was created after its event: position.</summary>
    Later = 25,

    /// <summary>Event with a time of its own to expire, until it is erased: when, and position.</summary>
    Expiring = 26,

    /// <summary>Ids of events: the first of them.</summary>
    EventIds = 32,

    /// <summary>Ids of deliveries: the first of them.</summary>
    DeliveryIds = 33,
}
