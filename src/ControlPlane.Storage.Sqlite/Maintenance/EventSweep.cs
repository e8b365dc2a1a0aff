using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Removes events of which no delivery is left, and takes note of the names that the others still refer to.</summary>
internal sealed class EventSweep(RetentionTerms terms) : SqliteSweep(terms.Batch)
{
    internal static readonly Sql After = new(
        """
        SELECT seq, create_time, first_delivery, delivery_count, type_seq, instance_seq FROM events
        WHERE seq > ? ORDER BY seq LIMIT ?
        """);

    internal static readonly Sql AnyDelivery = new("SELECT 1 FROM deliveries WHERE seq >= ? AND seq < ? LIMIT 1");
    private static readonly Sql DeleteRun = new("DELETE FROM events WHERE seq >= ? AND seq <= ?");
    private readonly ExpiryJudge _expiry = new(terms.MetadataBefore, terms.Now);
    private readonly List<long> _found = [];

    /// <summary>The last event looked at: names used since then are not known.</summary>
    public long Position { get; private set; }

    /// <summary>The names of the events up to there that stay.</summary>
    public HashSet<long> TextsInUse { get; } = [];

    public override bool Look(Connection reader)
    {
        _found.Clear();
        var looked = 0;
        using var rows = reader.Use(After).Bind(Position).Bind(LookAtMost);
        while (rows.Step())
        {
            var age = _expiry.Judge(rows.Long(1));
            if (age == Age.Young)
            {
                break;
            }

            looked++;
            Position = rows.Long(0);
            if (age == Age.Expired && !HasDelivery(reader, rows.Long(2), rows.Long(3)) && !LaterDeliveries.Any(reader, Position, Position))
            {
                _found.Add(Position);
            }
            else
            {
                TextsInUse.Add(rows.Long(4));
                TextsInUse.Add(rows.Long(5));
            }

            if (_found.Count == Batch || looked == LookAtMost)
            {
                return _found.Count > 0;
            }
        }

        Finished = true;
        return _found.Count > 0;
    }

    public override Removed Remove(WriteSession session)
    {
        // Those that are not stored with their event can have been created since the look.
        var removed = ContiguousRanges.Remove(_found, seq => seq, (first, last) => LaterDeliveries.Any(session.Connection, first, last), run =>
        {
            session.Use(PayloadSweep.DeleteRun).Bind(run[0]).Bind(run[^1]).Run();
            return session.Use(DeleteRun).Bind(run[0]).Bind(run[^1]).RunAndCount();
        });
        session.NoteRows(_found.Count);
        return new Removed { Events = removed };
    }

    private static bool HasDelivery(Connection connection, long first, long count)
    {
        using var row = connection.Use(AnyDelivery).Bind(first).Bind(first + count);
        return row.Step();
    }
}
