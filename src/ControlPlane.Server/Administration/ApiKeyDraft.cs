namespace ControlPlane.Server.Administration;

/// <summary>What a caller asks an API key to be.</summary>
internal sealed record ApiKeyDraft(
    string TenantId, bool Platform, string Name, IReadOnlyList<string> Scopes, DateTimeOffset? ExpireTime)
{
    /// <summary>It is for a session of the portal.</summary>
    public bool Portal { get; init; }
}
