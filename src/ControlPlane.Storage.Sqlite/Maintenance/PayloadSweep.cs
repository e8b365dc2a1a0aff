using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Removes payloads that nothing will send any more.</summary>
internal sealed class PayloadSweep(RetentionTerms terms) : SqliteSweep(terms.Batch)
{
    /// <summary>Bytes to remove at a time: each page of a payload is taken off its chain one by one.</summary>
    private const long MostBytes = 1 << 20;

    internal static readonly Sql After = new(
        """
        SELECT p.event_seq, e.create_time, e.first_delivery, e.delivery_count, length(p.body)
        FROM payloads p CROSS JOIN events e ON e.seq = p.event_seq
        WHERE p.event_seq > ? ORDER BY p.event_seq LIMIT ?
        """);

    internal static readonly Sql NotSettled = new(
        "SELECT state, webhook_seq, seq FROM deliveries WHERE seq >= ? AND seq < ? AND state NOT IN (4, 6)");

    /// <summary>Or set going again since the look: such a one can be a dead letter by now that is to be kept.</summary>
    internal static readonly Sql Unfinished = new(
        "SELECT 1 FROM deliveries WHERE seq >= ? AND seq < ? AND (state IN (1, 2, 3) OR revision > ?) LIMIT 1");

    internal static readonly Sql DeleteRun = new("DELETE FROM payloads WHERE event_seq >= ? AND event_seq <= ?");
    private readonly ExpiryJudge _expiry = new(terms.PayloadsBefore, terms.Now);
    private readonly List<(long Event, long From, long To)> _found = [];
    private long _position;
    private long _head;

    public override bool Look(Connection reader)
    {
        _found.Clear();
        _head = Counters.Load(reader).Revision;
        var dead = new DeadLetters(reader, terms.DeadLetters);
        var (looked, deliveries, bytes) = (0, 0L, 0L);
        using var rows = reader.Use(After).Bind(_position).Bind(LookAtMost);
        while (rows.Step())
        {
            var age = _expiry.Judge(rows.Long(1));
            if (age == Age.Young)
            {
                break;
            }

            looked++;
            _position = rows.Long(0);
            var (from, to) = (rows.Long(2), rows.Long(2) + rows.Long(3));
            if (age == Age.Expired && !IsNeeded(reader, from, to, dead) && !IsNeededLater(reader, _position, dead))
            {
                _found.Add((_position, from, to));
                bytes += rows.Long(4);
            }

            deliveries += to - from;
            if (_found.Count == Batch || bytes >= MostBytes || looked + deliveries + (dead.Webhooks * DeadLetters.Cost) >= LookAtMost)
            {
                return _found.Count > 0;
            }
        }

        Finished = true;
        return _found.Count > 0;
    }

    public override Removed Remove(WriteSession session)
    {
        // Deliveries have the order of their events, so those of a run follow each other as well.
        var removed = ContiguousRanges.Remove(
            _found,
            found => found.Event,
            (first, last) => HasUnfinished(session.Connection, first.From, last.To)
                || LaterDeliveries.HasUnfinished(session.Connection, first.Event, last.Event, _head),
            run => session.Use(DeleteRun).Bind(run[0].Event).Bind(run[^1].Event).RunAndCount());
        session.NoteRows(_found.Count);
        return new Removed { Payloads = removed };
    }

    private bool HasUnfinished(Connection connection, long from, long to)
    {
        using var row = connection.Use(Unfinished).Bind(from).Bind(to).Bind(_head);
        return row.Step();
    }

    private static bool IsNeeded(Connection connection, long from, long to, DeadLetters dead) =>
        IsNeeded(connection.Use(NotSettled).Bind(from).Bind(to), dead);

    private static bool IsNeededLater(Connection connection, long eventSeq, DeadLetters dead) =>
        IsNeeded(connection.Use(LaterDeliveries.NotSettled).Bind(eventSeq), dead);

    private static bool IsNeeded(Statement rows, DeadLetters dead)
    {
        using (rows)
        {
            while (rows.Step())
            {
                if ((DeliveryState)rows.Int(0) != DeliveryState.Dead || dead.Keeps(rows.Long(1), rows.Long(2)))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
