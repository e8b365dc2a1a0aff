using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Lists of what is few compared to deliveries, newest first.</summary>
internal static class FullPage
{
    /// <summary>Reads a collection backwards from a position.</summary>
    public static Rows Before(this DocumentStore documents, string collection, long? before) =>
        documents.Within(collection, long.MinValue, (before ?? long.MaxValue) - 1, descending: true);

    /// <summary>Reads what a tenant has in a collection backwards from a position.</summary>
    public static Rows OfTenant(this DocumentStore documents, string collection, long tenant, long? before) => documents.WithinKeys(
        collection,
        Key.Of(KeyKind.OfTenant, tenant, long.MinValue),
        Key.Of(KeyKind.OfTenant, tenant, (before ?? long.MaxValue) - 1),
        descending: true);

    /// <summary>Returns a page of rows, passing over those that are read as null. It can be short where many are.</summary>
    public static Page<T> Read<T>(Rows rows, int limit, Func<BsonDocument, T?> read)
        where T : class
    {
        using (rows)
        {
            var (items, positions) = (new List<T>(), new List<long>());
            long last = 0;
            for (var looked = 0; rows.Step(); looked++)
            {
                if (looked >= ReadBounds.LookAtMost && looked > limit)
                {
                    return End(last);
                }

                if (read(rows.Current) is { } item)
                {
                    if (items.Count == limit)
                    {
                        return End(last);
                    }

                    items.Add(item);
                    positions.Add(rows.Current.Seq());
                }

                last = rows.Current.Seq();
            }

            return End(null);

            Page<T> End(long? next) => new(items, next) { Positions = positions };
        }
    }
}
