namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Removes deliveries that ended long ago, with their attempts. It walks them in the order of their last change, so that the floor
/// of the change feed, which follows it, stays as far behind as the clock of the metadata allows.
/// </summary>
internal sealed class DeliverySweep(RetentionTerms terms) : Sweep(terms.Batch)
{
    internal static readonly Sql After = new(
        """
        SELECT seq, update_time, state, webhook_seq, revision FROM deliveries
        WHERE revision > ? AND lease_until IS NULL ORDER BY revision LIMIT ?
        """);

    private static readonly Sql DeleteOne = new("DELETE FROM deliveries WHERE seq = ? AND revision = ? RETURNING webhook_seq");
    private readonly Ageing _ageing = new(terms.MetadataBefore, terms.Now);
    private readonly List<(long Seq, long Revision)> _found = [];
    private long _position;

    public override bool Look(Connection connection)
    {
        _found.Clear();
        var dead = new DeadLetters(connection, terms.DeadLetters);
        var looked = 0;
        using var rows = connection.Use(After).Bind(_position).Bind(LookAtMost);
        while (rows.Step())
        {
            var age = _ageing.Judge(rows.Long(1));
            if (age == Age.Young)
            {
                break;
            }

            looked++;
            _position = rows.Long(4);
            if (age == Age.Expired && HasEnded((DeliveryState)rows.Int(2), rows.Long(3), rows.Long(0), dead))
            {
                _found.Add((rows.Long(0), _position));
            }

            if (_found.Count == Batch || looked + (dead.Webhooks * DeadLetters.Cost) >= LookAtMost)
            {
                return _found.Count > 0;
            }
        }

        Finished = true;
        return _found.Count > 0;
    }

    public override Removed Remove(WriteSession session)
    {
        var removed = 0;
        foreach (var (seq, revision) in _found)
        {
            // One that was set going again meanwhile has another revision.
            using var row = session.Use(DeleteOne).Bind(seq).Bind(revision);
            if (row.Step())
            {
                WebhookDeliveries.Delete(session, row.Long(0), seq);
                AttemptRows.DeleteAll(session, seq);
                DeadLetterRows.Delete(session, seq);
                session.Counters.NoteRemoved(revision);
                removed++;
            }

            session.NoteRow();
        }

        return new Removed { Deliveries = removed };
    }

    private static bool HasEnded(DeliveryState state, long webhook, long seq, DeadLetters dead) => state switch
    {
        DeliveryState.Succeeded or DeliveryState.Cancelled => true,
        DeliveryState.Dead => !dead.Keeps(webhook, seq),
        _ => false,
    };
}
