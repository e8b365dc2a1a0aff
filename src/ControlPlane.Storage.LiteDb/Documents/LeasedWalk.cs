using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Walks the deliveries that are leased.</summary>
internal static class LeasedWalk
{
    private static readonly BsonExpression IdOnly = BsonExpression.Create("{_id: $._id}");

    /// <summary>Returns the positions of all of them, those first that have been for a while.</summary>
    public static IEnumerable<long> Positions(DocumentStore documents)
    {
        using (var rows = documents.WithinKeys(
            Collections.Deliveries, Key.Of(KeyKind.Leased, long.MinValue), Key.Of(KeyKind.Leased, long.MaxValue), select: IdOnly))
        {
            while (rows.Step())
            {
                yield return rows.Current.Seq();
            }
        }

        foreach (var seq in documents.Recent.Leased)
        {
            yield return seq;
        }
    }

    /// <summary>Returns all of them in the same order.</summary>
    public static IEnumerable<BsonDocument> All(DocumentStore documents, BsonExpression select) =>
        documents.FindEach(Collections.Deliveries, Positions(documents), select);
}
