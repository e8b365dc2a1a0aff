using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Walks the deliveries that are leased.</summary>
internal static class LeasedWalk
{
    /// <summary>Returns all of them, those first that have been for a while.</summary>
    public static IEnumerable<BsonDocument> All(DocumentStore documents, BsonExpression select) =>
        Old(documents, long.MinValue, select).Concat(documents.FindEach(Collections.Deliveries, documents.Recent.Leased, select));

    /// <summary>Returns those that have been for a while, from a position on, in order of position.</summary>
    public static IEnumerable<BsonDocument> Old(DocumentStore documents, long from, BsonExpression select)
    {
        using var rows = documents.WithinKeys(
            Collections.Deliveries, Key.Of(KeyKind.Leased, from), Key.Of(KeyKind.Leased, long.MaxValue), select: select);
        while (rows.Step())
        {
            yield return rows.Current;
        }
    }
}
