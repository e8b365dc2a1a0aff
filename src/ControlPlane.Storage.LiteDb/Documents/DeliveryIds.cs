using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Finds deliveries by id.</summary>
internal static class DeliveryIds
{
    public static BsonDocument? Find(DocumentStore documents, string id) =>
        Listing.Deliveries.FindById(documents, documents.Recent.Deliveries, id) ?? documents.FindByKey(Collections.Deliveries, Key.Of(KeyKind.Id, id));
}
