using System.Runtime.InteropServices;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Which delivery changed with which revision. Each transaction leaves one document, so that the order of changes is no index on
/// deliveries, which would be written twice for each change. A change counts as long as the delivery has its revision.
/// </summary>
internal static class Changes
{
    /// <summary>Adds those of a transaction: deliveries in the order of their revisions.</summary>
    /// <param name="documents">Where to.</param>
    /// <param name="first">The first revision; the others follow without gaps.</param>
    /// <param name="deliveries">Their positions.</param>
    /// <param name="latest">The latest of the times at which they changed.</param>
    public static void Add(DocumentStore documents, long first, List<long> deliveries, DateTimeOffset latest) =>
        documents.Insert(Collections.Changes, [ToDocument(first, deliveries, latest)]);

    /// <summary>Adds changes of any transactions, which are in no order and can have gaps.</summary>
    public static void Add(DocumentStore documents, List<(long Revision, long Delivery, DateTimeOffset Time)> changes)
    {
        changes.Sort();
        var runs = new List<(long First, List<long> Deliveries, DateTimeOffset Latest)>();
        foreach (var (revision, delivery, time) in changes)
        {
            if (runs.Count > 0 && runs[^1] is var run && run.First + run.Deliveries.Count == revision)
            {
                run.Deliveries.Add(delivery);
                runs[^1] = run with { Latest = time > run.Latest ? time : run.Latest };
            }
            else
            {
                runs.Add((revision, [delivery], time));
            }
        }

        documents.Insert(Collections.Changes, runs.Select(run => ToDocument(run.First, run.Deliveries, run.Latest)));
    }

    /// <summary>Returns changes after a revision, in order.</summary>
    public static IEnumerable<Change> After(DocumentStore documents, long revision)
    {
        // The transaction of the first can begin before it.
        var first = documents.FirstWithin(Collections.Changes, long.MinValue, revision + 1, descending: true, IdOnly)?.Seq() ?? long.MinValue;
        using var rows = documents.Within(Collections.Changes, first, long.MaxValue);
        while (rows.Step())
        {
            var (id, last) = (rows.Current.Seq(), rows.Current.Long("u"));
            var deliveries = Read(rows.Current);
            for (var i = Math.Max(0, revision + 1 - id); i < deliveries.Length; i++)
            {
                yield return new Change(id + i, deliveries[i], new Transaction(id, last, id + deliveries.Length - 1));
            }
        }
    }

    /// <summary>Returns the first transaction that changed something at or after a revision, by its first one, and the latest of its times.</summary>
    public static (long Revision, long Time)? FirstFrom(DocumentStore documents, long revision) =>
        documents.FirstWithin(Collections.Changes, revision, long.MaxValue, select: Facts) is { } found ? (found.Seq(), found.Long("u")) : null;

    /// <summary>Returns the document of a delivery if a change of it still counts.</summary>
    public static BsonDocument? Current(DocumentStore documents, Change change) =>
        documents.Find(Collections.Deliveries, change.Delivery) is { } document && document.Long("rv") == change.Revision ? document : null;

    /// <summary>Returns the same for each of several changes, in their order.</summary>
    public static List<(Change Change, BsonDocument? Document)> Current(
        DocumentStore documents, IReadOnlyCollection<Change> changes, BsonExpression? select = null)
    {
        var found = documents.FindAll(Collections.Deliveries, changes.Select(change => change.Delivery), select);
        return [.. changes.Select(change =>
            (change, found.GetValueOrDefault(change.Delivery) is { } document && document.Long("rv") == change.Revision ? document : null))];
    }

    private static BsonExpression IdOnly { get; } = BsonExpression.Create("{_id: $._id}");

    private static BsonExpression Facts { get; } = BsonExpression.Create("{_id: $._id, u: $.u}");

    private static BsonDocument ToDocument(long first, List<long> deliveries, DateTimeOffset latest) => new()
    {
        ["_id"] = first,
        ["u"] = latest.ToBson(),
        ["d"] = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(deliveries)).ToArray(),
    };

    private static long[] Read(BsonDocument document) => MemoryMarshal.Cast<byte, long>(document["d"].AsBinary).ToArray();
}

/// <summary>A change of a delivery.</summary>
internal readonly record struct Change(long Revision, long Delivery, Transaction Transaction);

/// <summary>The changes of one transaction: its first revision, the latest of its times in unix microseconds, its last revision.</summary>
internal readonly record struct Transaction(long First, long Time, long Last);
