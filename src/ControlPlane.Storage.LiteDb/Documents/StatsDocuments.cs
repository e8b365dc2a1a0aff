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
    private const string Counts = "n";

    public static byte[]? Find(DocumentStore documents, string collection, long number, long owner) =>
        documents.Find(collection, IdOf(owner, number))?.Bytes(Counts);

    public static void Save(DocumentStore documents, string collection, long number, long owner, byte[] counts, bool isStored)
    {
        var document = new BsonDocument { [DocumentStore.Id] = IdOf(owner, number), [Counts] = counts };
        if (isStored)
        {
            documents.Update(collection, [document]);
        }
        else
        {
            documents.Insert(collection, [document]);
        }
    }

    public static void Flush(DocumentStore documents, List<CurrentMinute.Entry> changed)
    {
        foreach (var entry in changed)
        {
            var isStored = entry.IsStored;
            Save(documents, Collections.StatsMinutes, entry.Minute, entry.Owner, entry.Store(), isStored);
        }
    }

    /// <summary>Reads what an owner has from the first number to the last one.</summary>
    public static IEnumerable<(long Number, int[] Numbers)> List(DocumentStore documents, string collection, long owner, long from, long to)
    {
        using var rows = documents.Within(collection, IdOf(owner, from), IdOf(owner, to));
        while (rows.Step())
        {
            yield return (rows.Current.Seq() & ((1L << NumberBits) - 1), NumberFormat.Read(rows.Current.Bytes(Counts)));
        }
    }

    /// <summary>Finds the owner at or after a position that has something stored.</summary>
    public static long? FindOwner(DocumentStore documents, string collection, long from) =>
        documents.FirstWithin(collection, IdOf(from, 0), long.MaxValue)?.Seq() >> NumberBits;

    public static BsonValue IdOf(long owner, long number) => (owner << NumberBits) + number;
}
