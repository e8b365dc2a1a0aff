using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Walks the deliveries that are leased.</summary>
internal static class LeasedWalk
{
    /// <summary>All of them, those first that have been for a while.</summary>
    public static IEnumerable<BsonDocument> All(DocumentStore documents)
    {
        using (var rows = documents.WithinKeys(Collections.Deliveries, Key.Of(KeyKind.Leased, long.MinValue), Key.Of(KeyKind.Leased, long.MaxValue)))
        {
            while (rows.Step())
            {
                yield return rows.Current;
            }
        }

        foreach (var seq in documents.Recent.Leased)
        {
            yield return documents.Find(Collections.Deliveries, seq)!;
        }
    }
}
