using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>A tenant's number and configuration version.</summary>
internal sealed record TenantRef(long Seq, long ConfigVersion, bool IsDeleted)
{
    public static TenantRef? Find(DocumentStore documents, string id) =>
        documents.FindByKey(Collections.Tenants, Key.Of(KeyKind.Id, id)) is { } document ? Read(document) : null;

    /// <summary>Finds a tenant unless it is deleted.</summary>
    public static TenantRef? FindLive(DocumentStore documents, string id) => Find(documents, id) is { IsDeleted: false } found ? found : null;

    private static TenantRef Read(BsonDocument document) =>
        new(document.Seq(), document.Long("config_version"), document.TimeOrNull("delete_time") is not null);
}

/// <summary>What an append needs to know of a webhook.</summary>
internal sealed record WebhookRef(long Seq, long Tenant, string Id, string TenantId, HeadOfLine HeadOfLine, bool IsDeleted)
{
    /// <summary>What is read of a webhook's document.</summary>
    public static BsonExpression Facts { get; } = BsonExpression.Create(
        "{_id: $._id, tenant: $.tenant, id: $.id, tenant_id: $.tenant_id, head_of_line: $.head_of_line, delete_time: $.delete_time}");

    public static WebhookRef Read(BsonDocument document) => new(
        document.Seq(),
        document.Long("tenant"),
        document.Text("id"),
        document.Text("tenant_id"),
        (HeadOfLine)document.Int("head_of_line"),
        document.TimeOrNull("delete_time") is not null);
}
