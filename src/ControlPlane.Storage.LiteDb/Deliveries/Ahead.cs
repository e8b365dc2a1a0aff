namespace ControlPlane.Storage.LiteDb;

/// <summary>What readers ask about the line of a delivery.</summary>
internal static class Ahead
{
    /// <summary>Returns the delivery of the same line that a waiting one has to let go first, if there is one.</summary>
    public static DeliveryRecord? Find(DocumentStore documents, string id, DateTimeOffset now) =>
        DeliveryIds.Find(documents, id) is { } document
        && DeliveryFormat.Read(document) is var stored
        && WebhookOf.Line(documents, stored) is { } line
        && OrderingLines.FindAhead(documents, stored, line, now) is { } ahead
            ? DeliveryFormat.ReadRecord(documents.Find(Collections.Deliveries, ahead)!)
            : null;
}
