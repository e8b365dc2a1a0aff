namespace ControlPlane.Server.Administration;

/// <summary>What a caller asks an API key to be.</summary>
internal sealed record ApiKeyDraft(
    string TenantId, bool Platform, string Name, IReadOnlyList<string> Scopes, DateTimeOffset? ExpireTime)
{
    /// <summary>It is for a session of the portal.</summary>
    public bool Portal { get; init; }

    /// <summary>The only webhooks that it is for; empty if it is for all.</summary>
    public IReadOnlyList<string> WebhookIds { get; init; } = [];
}
