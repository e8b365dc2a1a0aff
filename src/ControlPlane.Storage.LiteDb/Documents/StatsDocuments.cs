using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// How attempts ended, of webhooks and tenants. Ids are the owner's position and the number of the minute or hour, so that what one owner
/// has lies in a row.
/// </summary>
internal static class StatsDocuments
{
    private const int NumberBits = 28;

    public static byte[]? Find(DocumentStore documents, string collection, long number, long owner)
    {
        var id = IdOf(owner, number);
        return (documents.RecentCounts.Find(collection, id) ?? documents.Find(collection, id))?.Bytes(RecentCounts.Number);
    }

    /// <summary>Makes the document of an owner in a minute or hour.</summary>
    public static BsonDocument ToDocument(long number, long owner, byte[] counts) =>
        new() { [DocumentStore.Id] = IdOf(owner, number), [RecentCounts.Number] = counts };

    public static void Flush(DocumentStore documents, List<CurrentMinute.Entry> changed)
    {
        var added = new List<BsonDocument>();
        foreach (var entry in changed)
        {
            var isStored = entry.IsStored;
            var document = ToDocument(entry.Minute, entry.Owner, entry.Store());
            documents.RecentCounts.Change(Collections.StatsMinutes, document);
            if (!isStored)
            {
                added.Add(document);
            }
        }

        documents.InsertIfAny(Collections.StatsMinutes, added);
    }

    /// <summary>Reads what an owner has from the first number to the last one.</summary>
    public static IEnumerable<(long Number, int[] Numbers)> List(DocumentStore documents, string collection, long owner, long from, long to)
    {
        using var rows = documents.Within(collection, IdOf(owner, from), IdOf(owner, to));
        while (rows.Step())
        {
            var id = rows.Current.Seq();
            var latest = documents.RecentCounts.Find(collection, id) ?? rows.Current;
            yield return (id & ((1L << NumberBits) - 1), NumberFormat.Read(latest.Bytes(RecentCounts.Number)));
        }
    }

    /// <summary>Finds the owner at or after a position that has something stored.</summary>
    public static long? FindOwner(DocumentStore documents, string collection, long from) =>
        documents.FirstWithin(collection, IdOf(from, 0), long.MaxValue)?.Seq() >> NumberBits;

    public static long IdOf(long owner, long number) => (owner << NumberBits) + number;
}
