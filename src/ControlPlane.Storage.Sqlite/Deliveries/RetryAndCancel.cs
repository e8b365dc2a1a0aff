using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Retrying and cancelling, and cancelling what a deleted webhook left behind.</summary>
internal static class RetryAndCancel
{
    private const int OrphanBatch = 1_000;
    private static readonly Sql FindPayload = new("SELECT 1 FROM payloads WHERE event_seq = ?");

    internal static readonly Sql FindOrphaned = new(
        Claims.WaitingWebhooks +
        """
        SELECT w.seq FROM waiting CROSS JOIN webhooks w ON w.seq = waiting.webhook_seq
        WHERE w.delete_time IS NOT NULL
        LIMIT ?
        """);

    internal static readonly Sql FindWaiting = new(
        "SELECT seq FROM deliveries WHERE webhook_seq = ? AND next_due IS NOT NULL LIMIT ?");

    /// <summary>Deleted webhooks with deliveries that are blocked in lines: what is ahead of them can still be under way.</summary>
    internal static readonly Sql FindOrphanedLines = new(
        """
        WITH RECURSIVE blocked (webhook_seq) AS (
          SELECT min(webhook_seq) FROM deliveries WHERE line_due IS NOT NULL
          UNION ALL
          SELECT (SELECT min(d.webhook_seq) FROM deliveries d
            WHERE d.line_due IS NOT NULL AND d.webhook_seq > blocked.webhook_seq)
          FROM blocked WHERE blocked.webhook_seq IS NOT NULL
        )
        SELECT w.seq FROM blocked CROSS JOIN webhooks w ON w.seq = blocked.webhook_seq
        WHERE w.delete_time IS NOT NULL
        LIMIT ?
        """);

    internal static readonly Sql FindBlocked = new(
        "SELECT seq FROM deliveries WHERE webhook_seq = ? AND line_due IS NOT NULL LIMIT ?");

    /// <summary>Whether there is something to send: the payload of an event is stored.</summary>
    public static bool HasPayload(Connection connection, long eventSeq)
    {
        using var row = connection.Use(FindPayload).Bind(eventSeq);
        return row.Step();
    }

    public static RetryOrCancelResult Retry(WriteSession session, string id) =>
        DeliveryRows.Find(session.Connection, id) is { } stored
            ? StartRound(session, stored, DeliveryTrigger.Retry, session.Now)
            : new RetryOrCancelResult(RetryOrCancelOutcome.NotFound, null);

    /// <summary>Sets a delivery that ended going once more.</summary>
    public static RetryOrCancelResult StartRound(WriteSession session, StoredDelivery stored, DeliveryTrigger trigger, DateTimeOffset now)
    {
        var refusal = DeliveryTransitions.CheckRound(stored.Delivery, stored.WebhookDeleted, HasPayload(session.Connection, stored.EventSeq));
        if (refusal != RetryOrCancelOutcome.Done)
        {
            return new RetryOrCancelResult(refusal, stored.Delivery);
        }

        var retried = DeliveryTransitions.StartRound(stored.Delivery, trigger, now);
        session.Backlog.Note(retried, opened: 1);
        if (stored.Delivery.State == DeliveryState.Dead)
        {
            DeadLetterRows.Delete(session, stored.Seq);
        }

        retried = DeliveryRows.Save(session, stored.Seq, retried);
        if (stored.Line is { } line)
        {
            OrderingLines.TryGo(session, stored.Seq, line, now);
        }

        return new RetryOrCancelResult(RetryOrCancelOutcome.Done, retried);
    }

    public static RetryOrCancelResult Cancel(WriteSession session, string id)
    {
        var now = session.Now;
        if (DeliveryRows.Find(session.Connection, id) is not { } stored)
        {
            return new RetryOrCancelResult(RetryOrCancelOutcome.NotFound, null);
        }

        if (stored.Delivery.Ended)
        {
            return new RetryOrCancelResult(RetryOrCancelOutcome.WrongState, stored.Delivery);
        }

        var cancelled = End(session, stored, EndReason.CancelledByCaller, now);
        if (stored.Line is { } line)
        {
            OrderingLines.Advance(session, line, now);
        }

        return new RetryOrCancelResult(RetryOrCancelOutcome.Done, cancelled);
    }

    public static int CancelOrphans(WriteSession session)
    {
        var now = session.Now;
        var orphans = new List<long>();
        Collect(session, FindOrphaned, FindWaiting, orphans);
        Collect(session, FindOrphanedLines, FindBlocked, orphans);

        foreach (var seq in orphans)
        {
            End(session, DeliveryRows.Get(session.Connection, seq), EndReason.WebhookDeleted, now);
        }

        return orphans.Count;
    }

    private static void Collect(WriteSession session, Sql webhooks, Sql deliveries, List<long> orphans)
    {
        foreach (var webhook in ReadSeqs(session.Use(webhooks).Bind(OrphanBatch)))
        {
            if (orphans.Count == OrphanBatch)
            {
                break;
            }

            orphans.AddRange(ReadSeqs(session.Use(deliveries).Bind(webhook).Bind(OrphanBatch - orphans.Count)));
        }
    }

    private static DeliveryRecord End(WriteSession session, StoredDelivery stored, EndReason reason, DateTimeOffset now) =>
        End(session, stored, DeliveryTransitions.Cancel(stored.Delivery, reason, now));

    /// <summary>Stores the end of a delivery that has not ended by itself.</summary>
    public static DeliveryRecord End(WriteSession session, StoredDelivery stored, DeliveryRecord ended)
    {
        if (stored.Line is not null)
        {
            OrderingLines.Leave(session, stored.Seq);
        }

        return DeliveryRows.Save(session, stored.Seq, ended);
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
}
