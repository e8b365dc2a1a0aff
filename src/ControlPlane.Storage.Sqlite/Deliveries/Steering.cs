namespace ControlPlane.Storage.Sqlite;

/// <summary>Retrying and cancelling, and cancelling what a deleted webhook left behind.</summary>
internal static class Steering
{
    private const int OrphanBatch = 1_000;
    private static readonly Sql HasPayload = new("SELECT 1 FROM payloads WHERE event_seq = ?");

    internal static readonly Sql FindOrphaned = new(
        Claims.WaitingWebhooks +
        """
        SELECT w.seq FROM waiting CROSS JOIN webhooks w ON w.seq = waiting.webhook_seq
        WHERE w.delete_time IS NOT NULL
        LIMIT ?
        """);

    internal static readonly Sql FindWaiting = new(
        "SELECT seq FROM deliveries WHERE webhook_seq = ? AND next_due IS NOT NULL LIMIT ?");

    public static SteerResult Retry(WriteSession session, string id, DateTimeOffset now) =>
        DeliveryRows.Find(session.Connection, id) is { } stored
            ? StartRound(session, stored, DeliveryTrigger.Retry, now)
            : new SteerResult(SteerOutcome.NotFound, null);

    /// <summary>Sets a delivery that ended going once more.</summary>
    public static SteerResult StartRound(WriteSession session, StoredDelivery stored, DeliveryTrigger trigger, DateTimeOffset now)
    {
        var refusal =
            !stored.Delivery.Ended ? SteerOutcome.WrongState
            : stored.WebhookDeleted ? SteerOutcome.WebhookDeleted
            : !PayloadExists(session, stored.EventSeq) ? SteerOutcome.PayloadExpired
            : SteerOutcome.Done;
        if (refusal != SteerOutcome.Done)
        {
            return new SteerResult(refusal, stored.Delivery);
        }

        var retried = stored.Delivery with
        {
            State = DeliveryState.Pending,
            Trigger = trigger,
            EndReason = EndReason.None,
            RoundAttempts = 0,
            RoundStartTime = now,
            NextAttemptTime = now,
            UpdateTime = now,
        };
        session.Backlog.Add(retried.TenantId, 1);
        return new SteerResult(SteerOutcome.Done, DeliveryRows.Save(session, stored.Seq, retried));
    }

    public static SteerResult Cancel(WriteSession session, string id, DateTimeOffset now)
    {
        if (DeliveryRows.Find(session.Connection, id) is not { } stored)
        {
            return new SteerResult(SteerOutcome.NotFound, null);
        }

        if (stored.Delivery.Ended)
        {
            return new SteerResult(SteerOutcome.WrongState, stored.Delivery);
        }

        var cancelled = DeliveryRows.Cancelled(stored.Delivery, EndReason.CancelledByCaller, now);
        return new SteerResult(SteerOutcome.Done, DeliveryRows.Save(session, stored.Seq, cancelled));
    }

    public static int CancelOrphans(WriteSession session, DateTimeOffset now)
    {
        var orphans = new List<long>();
        foreach (var webhook in ReadSeqs(session.Use(FindOrphaned).Bind(OrphanBatch)))
        {
            orphans.AddRange(ReadSeqs(session.Use(FindWaiting).Bind(webhook).Bind(OrphanBatch - orphans.Count)));
            if (orphans.Count == OrphanBatch)
            {
                break;
            }
        }

        foreach (var seq in orphans)
        {
            var delivery = DeliveryRows.Get(session.Connection, seq).Delivery;
            DeliveryRows.Save(session, seq, DeliveryRows.Cancelled(delivery, EndReason.WebhookDeleted, now));
        }

        return orphans.Count;
    }

    private static List<long> ReadSeqs(Statement statement)
    {
        using (statement)
        {
            var seqs = new List<long>();
            while (statement.Step())
            {
                seqs.Add(statement.Long(0));
            }

            return seqs;
        }
    }

    private static bool PayloadExists(WriteSession session, long eventSeq)
    {
        using var row = session.Use(HasPayload).Bind(eventSeq);
        return row.Step();
    }
}
