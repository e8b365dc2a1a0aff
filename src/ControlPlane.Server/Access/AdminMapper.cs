using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Access;

/// <summary>Tenants and API keys as the contract shows them.</summary>
internal static class AdminMapper
{
    public static Tenant ToProto(TenantRecord tenant) => new()
    {
        Id = tenant.Id,
        Name = tenant.Name,
        Labels = { tenant.Labels.ToDictionary() },
        Etag = TenantAdmin.EtagOf(tenant),
        CreateTime = ToTimestamp(tenant.CreateTime),
        UpdateTime = ToTimestamp(tenant.UpdateTime),
    };

    public static ApiKey ToProto(ApiKeyRecord key) => new()
    {
        Id = key.Id,
        TenantId = key.TenantId ?? "",
        Platform = key.TenantId is null,
        Name = key.Name,
        Scopes = { key.Scopes },
        ExpireTime = ToTimestamp(key.ExpireTime),
        CreateTime = ToTimestamp(key.CreateTime),
        RevokeTime = ToTimestamp(key.RevokeTime),
        LastUseTime = ToTimestamp(key.LastUseTime),
    };

    public static Timestamp? ToTimestamp(DateTimeOffset? time) => time is { } set ? Timestamp.FromDateTimeOffset(set) : null;
}
