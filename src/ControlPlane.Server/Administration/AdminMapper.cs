using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Administration;

/// <summary>Tenants and API keys as the contract shows them.</summary>
internal static class AdminMapper
{
    public static Tenant ToProto(TenantRecord tenant)
    {
        var proto = TenantPolicyMapper.ToProto(tenant.Policy);
        proto.Id = tenant.Id;
        proto.Name = tenant.Name;
        proto.ExternalId = tenant.ExternalId;
        proto.Labels.Add(tenant.Labels.ToDictionary());
        proto.Etag = Etag.Of(tenant.Version);
        proto.CreateTime = ToTimestamp(tenant.CreateTime);
        proto.UpdateTime = ToTimestamp(tenant.UpdateTime);
        return proto;
    }

    public static ApiKey ToProto(ApiKeyRecord key) => new()
    {
        Id = key.Id,
        TenantId = key.TenantId ?? "",
        Platform = key.TenantId is null,
        Name = key.Name,
        Scopes = { Scopes.Named(key.Scopes) },
        WebhookIds = { Scopes.WebhookIds(key.Scopes) },
        ExpireTime = ToTimestamp(key.ExpireTime),
        CreateTime = ToTimestamp(key.CreateTime),
        RevokeTime = ToTimestamp(key.RevokeTime),
        LastUseTime = ToTimestamp(key.LastUseTime),
    };

    /// <summary>What changes of a tenant, or what a new one is given.</summary>
    public static IReadOnlyList<Storage.AuditChange> Compare(TenantRecord? before, TenantRecord after) =>
        FieldChanges.Between(before is null ? null : ToProto(before), ToProto(after));

    /// <summary>What changes of an API key, or what a new one is given.</summary>
    public static IReadOnlyList<Storage.AuditChange> Compare(ApiKeyRecord? before, ApiKeyRecord after) =>
        FieldChanges.Between(before is null ? null : ToProto(before), ToProto(after));

    public static Timestamp? ToTimestamp(DateTimeOffset? time) => time is { } set ? Timestamp.FromDateTimeOffset(set) : null;
}
