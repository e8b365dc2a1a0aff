using ControlPlane.Storage.Transitions;
using LiteDB;

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

        return new ClaimResult(claimed, FindNextDue(session.Documents, webhook.Seq));
    }

    /// <summary>Takes note of a webhook, by the facts of its first waiting delivery, unless it is deleted.</summary>
    public static void NoteWaiting(DocumentStore documents, BsonDocument first, List<WaitingWebhook> into)
    {
        var seq = first.Long("ws");
        if (documents.FirstWithin(Collections.Webhooks, seq, seq, select: WebhookRef.Facts) is { } document
            && WebhookRef.Read(document) is { IsDeleted: false } webhook)
        {
            into.Add(new WaitingWebhook(webhook.TenantId, webhook.Id, first.Time("d")));
        }
    }

    /// <summary>Returns when the waiting delivery of a webhook that is due next is.</summary>
    private static DateTimeOffset? FindNextDue(DocumentStore documents, long webhook) =>
        documents.FirstWithinKeys(
            Collections.Deliveries,
            Key.Of(KeyKind.Waiting, webhook, long.MinValue, long.MinValue),
            Key.Of(KeyKind.Waiting, webhook, long.MaxValue, long.MaxValue),
            select: DeliveryFormat.Facts)?.TimeOrNull("d");

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
