using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Finds deliveries for readers.</summary>
internal static class DeliveryDocuments
{
    public static BsonDocument? Find(DocumentStore documents, string id) =>
        documents.FindByKey(Collections.Deliveries, Key.Of(KeyKind.Id, id));

    /// <summary>Returns the delivery of the same line that a waiting one has to let go first, if there is one.</summary>
    public static DeliveryRecord? FindAhead(DocumentStore documents, string id, DateTimeOffset now) =>
        Find(documents, id) is { } document
        && DeliveryFormat.Read(document) is var stored
        && WebhookOf.Line(documents, stored) is { } line
        && OrderingLines.FindAhead(documents, stored, line, now) is { } ahead
            ? DeliveryFormat.ReadRecord(documents.Find(Collections.Deliveries, ahead)!)
            : null;
}
