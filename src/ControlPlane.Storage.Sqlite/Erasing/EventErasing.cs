using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Erasing events, with what becomes of their deliveries.</summary>
internal static class EventErasing
{
    private static readonly Sql Find = new(
        "SELECT first_delivery, delivery_count, expire_time FROM events WHERE seq = ? AND erase_time IS NULL");

    private static readonly Sql EraseOne = new("UPDATE events SET labels = NULL, erase_time = ? WHERE seq = ?");
    private static readonly Sql DeletePayload = new("DELETE FROM payloads WHERE event_seq = ?");
    private static readonly Sql Deliveries = new("SELECT seq FROM deliveries WHERE seq >= ? AND seq < ?");

    /// <summary>Erases those that are not erased yet; returns how many. What is removed is overwritten.</summary>
    public static int Erase(WriteSession session, IEnumerable<long> seqs)
    {
        // Costs a page of writing for each page that is given up, so it is for this alone.
        session.Connection.Execute("PRAGMA secure_delete = ON");
        try
        {
            var now = session.Now;
            return seqs.Count(seq => Erase(session, seq, now));
        }
        finally
        {
            session.Connection.Execute("PRAGMA secure_delete = FAST");
        }
    }

    private static bool Erase(WriteSession session, long seq, DateTimeOffset now)
    {
        long from, to;
        EndReason reason;
        using (var row = session.Use(Find).Bind(seq))
        {
            if (!row.Step())
            {
                return false;
            }

            (from, to) = (row.Long(0), row.Long(0) + row.Long(1));
            reason = ErasureRules.ReasonOf(row.TimeOrNull(2), now);
        }

        session.Use(EraseOne).Bind(now).Bind(seq).Run();
        session.Use(DeletePayload).Bind(seq).Run();
        session.NoteRows(2);
        End(session, ReadSeqs(session.Use(Deliveries).Bind(from).Bind(to)), reason, now);
        AttemptRows.EraseAll(session, from, to - 1);
        var later = ReadSeqs(session.Use(LaterDeliveries.OfEvent).Bind(seq));
        End(session, later, reason, now);
        later.ForEach(delivery => AttemptRows.EraseAll(session, delivery, delivery));
        return true;
    }

    private static void End(WriteSession session, List<long> deliveries, EndReason reason, DateTimeOffset now)
    {
        foreach (var seq in deliveries)
        {
            var stored = DeliveryRows.Get(session.Connection, seq);
            if (stored.Delivery.State == DeliveryState.InFlight)
            {
                session.Leased.Forget(stored.Delivery.Id);
            }
            else if (!stored.Delivery.Ended)
            {
                RetryAndCancel.End(session, stored, ErasureRules.End(stored.Delivery, reason, now));
                if (stored.Line is { } line)
                {
                    OrderingLines.Advance(session, line, now);
                }
            }
        }

        session.NoteRows(deliveries.Count);
    }

    private static List<long> ReadSeqs(Statement rows)
    {
        using (rows)
        {
            var seqs = new List<long>();
            while (rows.Step())
            {
                seqs.Add(rows.Long(0));
            }

            return seqs;
        }
    }
}
