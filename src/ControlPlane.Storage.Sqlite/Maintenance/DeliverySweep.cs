using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Removes deliveries that ended long ago, with their attempts. It walks them in the order of their last change, so that the floor
/// of the change feed, which follows it, stays as far behind as the clock of the metadata allows.
/// </summary>
internal sealed class DeliverySweep(RetentionTerms terms) : SqliteSweep(terms.Batch)
{
    internal static readonly Sql After = new(
        """
        SELECT seq, update_time, state, webhook_seq, revision FROM deliveries
        WHERE revision > ? AND lease_until IS NULL ORDER BY revision LIMIT ?
        """);

    internal static readonly Sql ChangedSince = new("SELECT 1 FROM deliveries WHERE seq >= ? AND seq <= ? AND revision > ? LIMIT 1");
    private static readonly Sql DeleteRun = new("DELETE FROM deliveries WHERE seq >= ? AND seq <= ?");
    private readonly ExpiryJudge _expiry = new(terms.MetadataBefore, terms.Now);
    private readonly List<(long Seq, long Webhook, long Revision)> _found = [];
    private readonly Delisting _delisting = new(terms.Batch);
    private long _position;
    private bool _walked;

    public override bool Look(Connection reader)
    {
        _delisting.Add(_found.Select(each => (each.Webhook, each.Seq)));
        _found.Clear();
        if (_delisting.Look(all: _walked))
        {
            return true;
        }

        Finished = _walked;
        return !Finished && Walk(reader);
    }

    public override Removed Remove(WriteSession session)
    {
        _delisting.Run(session);
        _found.Sort();
        var removed = ContiguousRanges.Remove(
            _found,
            found => found.Seq,
            (first, last) => HasChanged(session.Connection, first.Seq, last.Seq),
            run => Remove(session, run));
        session.NoteRows(_found.Count);
        return new Removed { Deliveries = removed };
    }

    private bool Walk(Connection connection)
    {
        var dead = new DeadLetters(connection, terms.DeadLetters);
        var looked = 0;
        using var rows = connection.Use(After).Bind(_position).Bind(LookAtMost);
        while (rows.Step())
        {
            var age = _expiry.Judge(rows.Long(1));
            if (age == Age.Young)
            {
                break;
            }

            looked++;
            _position = rows.Long(4);
            if (age == Age.Expired && HasEnded((DeliveryState)rows.Int(2), rows.Long(3), rows.Long(0), dead))
            {
                _found.Add((rows.Long(0), rows.Long(3), _position));
            }

            if (_found.Count == Batch || looked + (dead.Webhooks * DeadLetters.Cost) >= LookAtMost)
            {
                return _found.Count > 0;
            }
        }

        _walked = true;
        return _found.Count > 0;
    }

    /// <summary>One that was set going again since the look has a revision that is higher than all that there were.</summary>
    private bool HasChanged(Connection connection, long first, long last)
    {
        using var row = connection.Use(ChangedSince).Bind(first).Bind(last).Bind(_position);
        return row.Step();
    }

    private static int Remove(WriteSession session, ArraySegment<(long Seq, long Webhook, long Revision)> run)
    {
        var (first, last) = (run[0].Seq, run[^1].Seq);
        AttemptRows.DeleteAll(session, first, last);
        DeadLetterRows.Delete(session, first, last);
        LaterDeliveries.Delete(session, first, last);
        session.Counters.NoteRemoved(run.Max(each => each.Revision));
        return session.Use(DeleteRun).Bind(first).Bind(last).RunAndCount();
    }

    private static bool HasEnded(DeliveryState state, long webhook, long seq, DeadLetters dead) => state switch
    {
        DeliveryState.Succeeded or DeliveryState.Cancelled => true,
        DeliveryState.Dead => !dead.Keeps(webhook, seq),
        _ => false,
    };
}
