using ControlPlane.Storage;

namespace ControlPlane.Server.Administration;

/// <summary>What a caller asks a tenant to be; null where nothing was asked for.</summary>
internal sealed record TenantDraft(
    string Id, string Etag, string? Name, string? ExternalId, IReadOnlyDictionary<string, string>? Labels, Func<TenantPolicy, TenantPolicy>? Policy);
