using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Events with positions from one up to another.</summary>
internal static class EventWalks
{
    /// <summary>Newest first.</summary>
    public static IEnumerable<BsonDocument> All(DocumentStore documents, long from, long to)
    {
        using var rows = documents.Within(Collections.Events, from, to - 1, descending: true);
        while (rows.Step())
        {
            yield return rows.Current;
        }
    }

    public static IEnumerable<BsonDocument> OfTenant(DocumentStore documents, long tenant, long from, long to, bool descending) =>
        documents.FindEach(Collections.Events, Listing.Events.Of(documents, documents.Recent.Events, tenant, from, to, descending));
}
