namespace ControlPlane.Storage.LiteDb;

/// <summary>What a delivery's webhook has to say about it.</summary>
internal static class WebhookOf
{
    public static bool IsDeleted(WriteSession session, StoredDelivery stored) => Find(session, stored) is not { IsDeleted: false };

    /// <summary>Returns the line of a delivery; null if it stands in none.</summary>
    public static OrderingLine? Line(WriteSession session, StoredDelivery stored) =>
        stored.Line is null ? null : OrderingLine.Of(stored, Find(session, stored)?.HeadOfLine ?? HeadOfLine.Block);

    /// <summary>The same for readers.</summary>
    public static OrderingLine? Line(DocumentStore documents, StoredDelivery stored) =>
        stored.Line is not null && documents.Find(Collections.Webhooks, stored.Webhook) is { } webhook
            ? OrderingLine.Of(stored, WebhookRef.Read(webhook).HeadOfLine)
            : null;

    private static WebhookRef? Find(WriteSession session, StoredDelivery stored) => session.Refs.FindWebhook(session.Stored, stored.Webhook);
}
