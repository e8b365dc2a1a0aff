using System.Text.Json;
using System.Text.Json.Serialization;

namespace ControlPlane.Storage;

/// <summary>How far an unfinished copy is.</summary>
/// <param name="StoreId">The source.</param>
/// <param name="Revision">The source's latest revision: another one says that a server was on it since.</param>
/// <param name="Kind">The kind that is being copied; one past the last when all are.</param>
/// <param name="After">Where that kind goes on.</param>
/// <param name="Counts">What is copied.</param>
internal sealed record CopyMark(string StoreId, long Revision, int Kind, long After, CopyCounts Counts)
{
    public static CopyMark Parse(string text) => JsonSerializer.Deserialize(text, CopyJson.Default.CopyMark)!;

    public override string ToString() => JsonSerializer.Serialize(this, CopyJson.Default.CopyMark);
}

/// <summary>Marks, and entries as texts that are equal if the entries are.</summary>
[JsonSerializable(typeof(CopyMark))]
[JsonSerializable(typeof(StoreEntry.Tenant))]
[JsonSerializable(typeof(StoreEntry.ApiKey))]
[JsonSerializable(typeof(StoreEntry.Webhook))]
[JsonSerializable(typeof(StoreEntry.EventType))]
[JsonSerializable(typeof(StoreEntry.PublishedEvent))]
[JsonSerializable(typeof(StoreEntry.LaterDelivery))]
[JsonSerializable(typeof(StoreEntry.Redrive))]
[JsonSerializable(typeof(StoreEntry.AuditEvent))]
internal sealed partial class CopyJson : JsonSerializerContext
{
    /// <summary>Returns the text of an entry.</summary>
    public static string TextOf(StoreEntry entry) =>
        // Not every engine can store U+0000, which can be in what a receiver says.
        JsonSerializer.Serialize(entry, entry.GetType(), Default).Replace(@"\u0000", @"\uFFFD", StringComparison.Ordinal);
}
