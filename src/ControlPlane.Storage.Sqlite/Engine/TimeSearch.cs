namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Finds by time in rows that are in order of something else that grows with time: seq, or revision. Callers bring the times, so
/// a row can be behind an earlier one; the store knows by how much at most, and the searches step that far to the safe side.
/// </summary>
internal static class TimeSearch
{
    private const int WalkAtMost = 10_000;

    private static readonly Sql Event = new("SELECT seq, create_time FROM events WHERE seq >= ? ORDER BY seq LIMIT 1");
    private static readonly Sql FirstDelivery = new("SELECT seq, first_delivery FROM events WHERE seq >= ? ORDER BY seq LIMIT 1");
    private static readonly Sql Delivery = new("SELECT seq, create_time FROM deliveries WHERE seq >= ? ORDER BY seq LIMIT 1");

    internal static readonly Sql Change = new(
        "SELECT revision, update_time FROM deliveries WHERE revision >= ? AND lease_until IS NULL ORDER BY revision LIMIT ?");

    internal static readonly Sql Leased = new(
        "SELECT revision FROM deliveries WHERE lease_until IS NOT NULL AND update_time >= ? ORDER BY revision LIMIT 1");

    /// <summary>The seqs among which all events of a time span are: from the first, up to but not including the second.</summary>
    public static (long From, long To) Events(Connection connection, DateTimeOffset? after, DateTimeOffset? before)
    {
        var counters = Counters.Load(connection);
        return Span(connection, Event, counters.EventSeq, counters.EventDisorder, after, before);
    }

    /// <summary>The seqs among which all deliveries of a time span are: from the first, up to but not including the second.</summary>
    public static (long From, long To) Deliveries(Connection connection, DateTimeOffset? after, DateTimeOffset? before)
    {
        var counters = Counters.Load(connection);
        return Span(connection, Delivery, counters.DeliverySeq, counters.EventDisorder, after, before);
    }

    /// <summary>The last event that was stored before a delivery got its seq, or an earlier one; 0 if there is none.</summary>
    public static long LastEventBefore(Connection connection, long delivery) => delivery == long.MaxValue
        ? long.MaxValue
        : FirstFrom(from => Probe(connection.Use(FirstDelivery).Bind(from)), Counters.Load(connection).EventSeq, delivery) - 1;

    /// <summary>The largest revision before the first change at or after a time.</summary>
    public static long RevisionBefore(Connection connection, DateTimeOffset time)
    {
        var counters = Counters.Load(connection);
        var sought = time.ToMicroseconds();
        // Leased deliveries are few, and the search goes past them.
        using var leased = connection.Use(Leased).Bind(sought);
        var last = leased.Step() ? Math.Min(counters.Revision, leased.Long(0) - 1) : counters.Revision;
        return Math.Min(last, FreeBefore(connection, counters, sought));
    }

    private static long FreeBefore(Connection connection, Counters counters, long sought)
    {
        var revision = FirstFrom(
            from => Probe(connection.Use(Change).Bind(from).Bind(1)), counters.Revision, sought - counters.ChangeDisorder);
        using var rows = connection.Use(Change).Bind(revision).Bind(WalkAtMost);
        var walked = 0;
        for (; rows.Step(); walked++)
        {
            revision = rows.Long(0);
            if (rows.Long(1) >= sought)
            {
                return revision - 1;
            }
        }

        return walked == WalkAtMost ? revision : counters.Revision;
    }

    private static (long From, long To) Span(
        Connection connection, Sql sql, long last, long disorder, DateTimeOffset? after, DateTimeOffset? before)
    {
        Func<long, (long, long)?> probe = from => Probe(connection.Use(sql).Bind(from));
        return (
            after is { } start ? FirstFrom(probe, last, start.ToMicroseconds() - disorder) : 0,
            before is { } end ? FirstFrom(probe, last, end.ToMicroseconds() + disorder) : long.MaxValue);
    }

    /// <summary>A position whose row has at least the time while the row before it has not; one past the last if there is none.</summary>
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

    private static (long, long)? Probe(Statement row)
    {
        using (row)
        {
            return row.Step() ? (row.Long(0), row.Long(1)) : null;
        }
    }
}
