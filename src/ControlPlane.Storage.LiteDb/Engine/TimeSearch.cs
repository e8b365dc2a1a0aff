using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Finds by time in documents that are in order of something else that grows with time: position, or revision. Callers tell the
/// times, so one can be behind an earlier one; the store knows by how much at most, and the searches step that far to the safe side.
/// </summary>
internal static class TimeSearch
{
    private const int WalkAtMost = 2_000;
    private static readonly BsonExpression FirstDelivery = BsonExpression.Create("{_id: $._id, fd: $.fd}");
    private static readonly BsonExpression CreateTime = BsonExpression.Create("{_id: $._id, c: $.c}");

    /// <summary>Returns the positions among which all events of a time span are: from the first, up to but not including the second.</summary>
    public static (long From, long To) Events(DocumentStore documents, DateTimeOffset? after, DateTimeOffset? before)
    {
        var counters = Counters.Load(documents);
        return Span(documents, Collections.Events, counters.EventSeq, counters.EventDisorder, after, before);
    }

    /// <summary>Returns the positions among which all deliveries of a time span are.</summary>
    public static (long From, long To) Deliveries(DocumentStore documents, DateTimeOffset? after, DateTimeOffset? before)
    {
        if (after is null && before is null)
        {
            return (0, long.MaxValue);
        }

        var counters = Counters.Load(documents);
        return Span(documents, Collections.Deliveries, counters.DeliverySeq, counters.EventDisorder, after, before);
    }

    /// <summary>Returns the position of the first event that was stored after a delivery got its position, or that delivery's own.</summary>
    public static long FirstEventFrom(DocumentStore documents, long delivery) => delivery == long.MaxValue
        ? long.MaxValue
        : FirstFrom(
            from => documents.FirstWithin(Collections.Events, from, long.MaxValue, select: FirstDelivery) is { } found
                ? (found.Seq(), found.Long("fd"))
                : null,
            Counters.Load(documents).EventSeq,
            delivery);

    /// <summary>Returns the largest revision before the first change at or after a time.</summary>
    public static long RevisionBefore(DocumentStore documents, DateTimeOffset time)
    {
        var counters = Counters.Load(documents);
        var sought = time.ToMicroseconds();
        var from = FirstFrom(from => Changes.FirstFrom(documents, from), counters.Revision, sought - counters.ChangeDisorder);
        var (walked, revision) = (0, from - 1);
        foreach (var change in Changes.After(documents, from - 1))
        {
            if (walked++ == WalkAtMost)
            {
                return revision;
            }

            if (change.Transaction.Time >= sought && Changes.Current(documents, change) is { } current && current.Long("u") >= sought)
            {
                return change.Revision - 1;
            }

            revision = change.Revision;
        }

        return counters.Revision;
    }

    private static (long From, long To) Span(
        DocumentStore documents, string collection, long last, long disorder, DateTimeOffset? after, DateTimeOffset? before)
    {
        return (
            after is { } start ? FirstFrom(Probe, last, start.ToMicroseconds() - disorder) : 0,
            before is { } end ? FirstFrom(Probe, last, end.ToMicroseconds() + disorder) : long.MaxValue);

        (long, long)? Probe(long from) => documents.FirstWithin(collection, from, long.MaxValue, select: CreateTime) is { } found
            ? (found.Seq(), found.Long("c"))
            : null;
    }

    /// <summary>A position whose document has at least the time while the one before it has not; one past the last if there is none.</summary>
    private static long FirstFrom(Func<long, (long Position, long Time)?> probe, long last, long time)
    {
        long low = 0, high = last + 1;
        while (low + 1 < high)
        {
            var middle = low + ((high - low) / 2);
            if (probe(middle) is not { } row || row.Position >= high || row.Time >= time)
            {
                high = middle;
            }
            else
            {
                low = row.Position;
            }
        }

        return high;
    }
}
