using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Recording an attempt together with what follows from it.</summary>
internal static class Completions
{
    private static readonly Sql Find = new(
        """
        SELECT d.seq, d.state, d.fence, d.attempt_count, d.round_attempts, w.delete_time IS NOT NULL,
          d.line, d.webhook_seq, w.head_of_line, e.expire_time, e.erase_time
        FROM deliveries d CROSS JOIN webhooks w ON w.seq = d.webhook_seq CROSS JOIN events e ON e.seq = d.event_seq
        WHERE d.id = ?
        """);

    public static Completed? Complete(WriteSession session, Completion completion)
    {
        // A delivery that goes on needs to know what became of its webhook.
        if (completion.State == DeliveryState.RetryScheduled || session.Leased.Find(completion.Delivery.Id) is not { } leased)
        {
            return CompleteStored(session, completion);
        }

        if (leased.Fence != completion.Delivery.Fence)
        {
            return null;
        }

        var number = leased.AttemptCount + 1;
        AttemptRows.Add(session, leased.Seq, number, completion.Attempt);
        var ended = DeliveryTransitions.Complete(completion, leased.AttemptCount, leased.RoundAttempts, webhookDeleted: false, EndReason.None, session.Now);
        StatsRows.Note(session, ended);
        return new Completed(DeliveryRows.SaveEnd(session, leased.Seq, ended), null);
    }

    private static Completed? CompleteStored(WriteSession session, Completion completion)
    {
        var now = session.Now;
        long seq;
        int attempts;
        OrderingLine? line;
        DeliveryRecord delivery;
        EndReason erased;
        using (var row = session.Use(Find).Bind(completion.Delivery.Id))
        {
            if (!row.Step()
                || (DeliveryState)row.Int(1) != DeliveryState.InFlight
                || row.Long(2) != completion.Delivery.Fence)
            {
                return null;
            }

            seq = row.Long(0);
            attempts = row.Int(3) + 1;
            line = row.LongOrNull(6) is { } key ? new OrderingLine(row.Long(7), key, (HeadOfLine)row.Int(8)) : null;
            erased = ErasureRules.ReasonOf(row.TimeOrNull(9), row.TimeOrNull(10));
            delivery = DeliveryTransitions.Complete(completion, row.Int(3), row.Int(4), webhookDeleted: row.Bool(5), erased, now);
        }

        AttemptRows.Add(session, seq, attempts, erased == EndReason.None ? completion.Attempt : ErasureRules.Erase(completion.Attempt));
        delivery = DeliveryRows.Save(session, seq, delivery);
        StatsRows.Note(session, delivery);
        return new Completed(delivery, line is { } next ? OrderingLines.Advance(session, next, now) : null);
    }
}
