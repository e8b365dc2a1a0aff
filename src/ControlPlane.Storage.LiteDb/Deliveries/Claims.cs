using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Leasing what is due.</summary>
internal static class Claims
{
    public static ClaimResult Claim(WriteSession session, ClaimRequest request)
    {
        if (session.Refs.FindReceiver(session.Stored, request.WebhookId) is not { } webhook)
        {
            return new ClaimResult([], null);
        }

        var now = session.Now;
        var claimed = new List<DeliveryRecord>();
        foreach (var due in FindDue(session, webhook.Seq, now, request.Limit))
        {
            var stored = session.Deliveries.Current(due);
            if (OrderingLine.Of(stored, webhook.HeadOfLine) is not { } line || OrderingLines.TryGo(session, stored, line, now))
            {
                claimed.Add(session.Save(stored, DeliveryTransitions.Claim(stored.Delivery, now), request.Owner, now + request.LeaseFor));
            }
        }

        return new ClaimResult(claimed, FindNext(session.Documents, webhook.Seq)?.Delivery.NextAttemptTime);
    }

    public static IReadOnlyList<WaitingWebhook> ListWaiting(DocumentStore documents)
    {
        var found = new List<WaitingWebhook>();
        foreach (var first in FirstOfEach(documents))
        {
            if (documents.Find(Collections.Webhooks, first.Webhook) is { } document && WebhookRef.Read(document) is { IsDeleted: false } webhook)
            {
                found.Add(new WaitingWebhook(webhook.TenantId, webhook.Id, first.Delivery.NextAttemptTime!.Value));
            }
        }

        return found;
    }

    /// <summary>Returns the first waiting delivery of every webhook that has some, by jumping from one webhook to the next.</summary>
    public static IEnumerable<StoredDelivery> FirstOfEach(DocumentStore documents)
    {
        for (var webhook = 0L; FindNext(documents, webhook, long.MaxValue) is { } first; webhook = first.Webhook + 1)
        {
            yield return first;
        }
    }

    /// <summary>Returns the waiting delivery of a webhook that is due next.</summary>
    private static StoredDelivery? FindNext(DocumentStore documents, long webhook) => FindNext(documents, webhook, webhook);

    private static StoredDelivery? FindNext(DocumentStore documents, long from, long to) =>
        documents.FirstWithinKeys(
            Collections.Deliveries,
            Key.Of(KeyKind.Waiting, from, long.MinValue, long.MinValue),
            Key.Of(KeyKind.Waiting, to, long.MaxValue, long.MaxValue)) is { } document
            ? DeliveryFormat.Read(document)
            : null;

    private static List<StoredDelivery> FindDue(WriteSession session, long webhook, DateTimeOffset now, int limit)
    {
        var due = new List<StoredDelivery>();
        using var rows = session.Documents.WithinKeys(
            Collections.Deliveries,
            Key.Of(KeyKind.Waiting, webhook, long.MinValue, long.MinValue),
            Key.Of(KeyKind.Waiting, webhook, now.ToMicroseconds(), long.MaxValue));
        while (due.Count < limit && rows.Step())
        {
            due.Add(DeliveryFormat.Read(rows.Current));
        }

        return due;
    }
}
