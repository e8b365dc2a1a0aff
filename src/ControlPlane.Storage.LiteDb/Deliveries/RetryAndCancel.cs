using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Retrying and cancelling, and cancelling what a deleted webhook left behind.</summary>
internal static class RetryAndCancel
{
    private const int OrphanBatch = 1_000;

    public static RetryOrCancelResult Retry(WriteSession session, string id) =>
        session.Deliveries.Find(session.Stored, id) is { } stored
            ? StartRound(session, stored, DeliveryTrigger.Retry, session.Now)
            : new RetryOrCancelResult(RetryOrCancelOutcome.NotFound, null);

    /// <summary>Sets a delivery that ended going once more.</summary>
    public static RetryOrCancelResult StartRound(WriteSession session, StoredDelivery stored, DeliveryTrigger trigger, DateTimeOffset now)
    {
        var hasPayload = session.Documents.Find(Collections.Payloads, stored.Event) is not null;
        var refusal = DeliveryTransitions.CheckRound(stored.Delivery, WebhookOf.IsDeleted(session, stored), hasPayload);
        if (refusal != RetryOrCancelOutcome.Done)
        {
            return new RetryOrCancelResult(refusal, stored.Delivery);
        }

        var retried = session.Save(stored, DeliveryTransitions.StartRound(stored.Delivery, trigger, now), opened: 1);
        if (WebhookOf.Line(session, stored) is { } line)
        {
            OrderingLines.TryGo(session, stored, line, now);
        }

        return new RetryOrCancelResult(RetryOrCancelOutcome.Done, retried);
    }

    public static RetryOrCancelResult Cancel(WriteSession session, string id)
    {
        var now = session.Now;
        if (session.Deliveries.Find(session.Stored, id) is not { } stored)
        {
            return new RetryOrCancelResult(RetryOrCancelOutcome.NotFound, null);
        }

        if (stored.Delivery.Ended)
        {
            return new RetryOrCancelResult(RetryOrCancelOutcome.WrongState, stored.Delivery);
        }

        var cancelled = session.Save(stored, DeliveryTransitions.Cancel(stored.Delivery, EndReason.CancelledByCaller, now));
        if (WebhookOf.Line(session, stored) is { } line)
        {
            OrderingLines.Advance(session, line, now);
        }

        return new RetryOrCancelResult(RetryOrCancelOutcome.Done, cancelled);
    }

    public static int CancelOrphans(WriteSession session)
    {
        var now = session.Now;
        var orphans = new List<StoredDelivery>();
        foreach (var kind in new[] { KeyKind.Waiting, KeyKind.Blocked })
        {
            foreach (var webhook in FindDeleted(session, kind).TakeWhile(_ => orphans.Count < OrphanBatch).ToList())
            {
                Collect(session, kind, webhook, orphans);
            }
        }

        foreach (var orphan in orphans)
        {
            session.Save(orphan, DeliveryTransitions.Cancel(orphan.Delivery, EndReason.WebhookDeleted, now));
        }

        return orphans.Count;
    }

    /// <summary>Finds the deleted webhooks that have deliveries with a key of a kind, by jumping from one webhook to the next.</summary>
    private static IEnumerable<long> FindDeleted(WriteSession session, KeyKind kind)
    {
        var from = 0L;
        while (session.Documents.FirstWithinKeys(
            Collections.Deliveries, Key.Of(kind, from, long.MinValue, long.MinValue), Key.Of(kind, long.MaxValue, long.MaxValue, long.MaxValue)) is { } document)
        {
            var first = DeliveryFormat.Read(document);
            if (WebhookOf.IsDeleted(session, first))
            {
                yield return first.Webhook;
            }

            from = first.Webhook + 1;
        }
    }

    private static void Collect(WriteSession session, KeyKind kind, long webhook, List<StoredDelivery> orphans)
    {
        using var rows = session.Documents.WithinKeys(
            Collections.Deliveries, Key.Of(kind, webhook, long.MinValue, long.MinValue), Key.Of(kind, webhook, long.MaxValue, long.MaxValue));
        while (orphans.Count < OrphanBatch && rows.Step())
        {
            orphans.Add(DeliveryFormat.Read(rows.Current));
        }
    }
}
