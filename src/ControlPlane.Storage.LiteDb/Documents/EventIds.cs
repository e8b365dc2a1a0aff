using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Finds events by id. Tenants can choose ids, so several can have the same one.</summary>
internal static class EventIds
{
    public static BsonDocument? Find(DocumentStore documents, long tenant, string id) =>
        Listing.Events.FindById(documents, documents.Recent.Events, id) is { } listed && listed.Long("ts") == tenant ? listed
        : documents.FindByKey(Collections.Events, EventFormat.IdKey(tenant, id));

    /// <summary>Finds those of all tenants.</summary>
    public static IEnumerable<BsonDocument> FindAll(DocumentStore documents, string id)
    {
        if (Listing.Events.FindById(documents, documents.Recent.Events, id) is { } listed)
        {
            yield return listed;
        }

        using var rows = documents.WithinKeys(Collections.Events, EventFormat.IdKey(long.MinValue, id), EventFormat.IdKey(long.MaxValue, id));
        while (rows.Step())
        {
            yield return rows.Current;
        }
    }

    /// <summary>Returns the id that sorts after all others; an empty one if there are none.</summary>
    public static string FindLast(DocumentStore documents)
    {
        var newest = documents.Recent.Events;
        var keyed = documents.FirstWithinKeys(Collections.Events, Key.Of(KeyKind.Id, []), Key.Of(KeyKind.OfTenant, []), descending: true)?.Text("id");
        return newest.Ids.Append(newest.LastListed).Append(keyed ?? "").Max(StringComparer.Ordinal)!;
    }
}
