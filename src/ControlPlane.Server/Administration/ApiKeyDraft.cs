namespace ControlPlane.Server.Administration;

/// <summary>What a caller asks an API key to be.</summary>
internal sealed record ApiKeyDraft(
    string TenantId, bool Platform, string Name, IReadOnlyList<string> Scopes, DateTimeOffset? ExpireTime);
