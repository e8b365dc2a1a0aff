namespace ControlPlane.Storage;

/// <summary>
/// Webhooks. Every change of one bumps its tenant's configuration version in the same commit, which is what lets a publish
/// notice that its fan-out was computed too early.
/// </summary>
public interface IWebhookStore
{
    /// <summary>Stores a new webhook under the tenant's next number. A request id that was used is noticed before an external id that is taken, and that before the
    /// limit of the tenant's policy.</summary>
    Task<WebhookWrite> CreateAsync(WebhookRecord webhook, AuditRecord audit, CancellationToken cancellationToken);

    /// <summary>Replaces a webhook whose stored version is <c>webhook.Version - 1</c>. Keeps <see cref="WebhookRecord.FailingSince"/>
    /// as stored, but clears it when the state becomes Active from another. Tenant, create time, request id and its fingerprint stay as
    /// stored too. Another <see cref="WebhookRecord.HeadOfLine"/> holds at once: with Park the next ones go on past those that wait for
    /// a retry, with Block they wait for them again.</summary>
    Task<WebhookWrite> UpdateAsync(WebhookRecord webhook, AuditRecord audit, CancellationToken cancellationToken);

    /// <summary>The same with events about it, in one commit. Nothing is stored if the tenant's configuration version is not the
    /// one that the events' fan-out was computed with, which is looked at after everything else that can refuse the update.</summary>
    /// <exception cref="ArgumentException">An event goes to a webhook that the tenant does not have.</exception>
    Task<WebhookWrite> UpdateAsync(
        WebhookRecord webhook, long configVersion, IReadOnlyList<NewEvent> events, AuditRecord audit, CancellationToken cancellationToken);

    /// <summary>Deletes a webhook; its deliveries keep referring to it, and lists of them still find it by id. Its external id and
    /// request id are free again. A null version deletes any.</summary>
    Task<WebhookWrite> DeleteAsync(string webhookId, long? version, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken);

    /// <summary>Notes since when a webhook fails, or (null) that it does not. No configuration change.</summary>
    Task SetFailingSinceAsync(string webhookId, DateTimeOffset? since, CancellationToken cancellationToken);

    Task<WebhookRecord?> GetAsync(string webhookId, CancellationToken cancellationToken);

    /// <summary>Lists a tenant's webhooks, or all (null).</summary>
    Task<Page<WebhookRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>Returns the tenant's configuration version: one row, whatever the tenant holds. Null if there is no such tenant.</summary>
    Task<long?> GetConfigVersionAsync(string tenantId, CancellationToken cancellationToken);

    /// <summary>All webhooks of a tenant, its event types and its policy with the configuration version they belong to, read in one
    /// snapshot; null if there is no such tenant.</summary>
    Task<TenantConfig?> LoadTenantAsync(string tenantId, CancellationToken cancellationToken);
}

/// <summary>A tenant's webhooks, and what else publishes depend on, at one configuration version.</summary>
public sealed record TenantConfig(string TenantId, long ConfigVersion, IReadOnlyList<WebhookRecord> Webhooks)
{
    /// <summary>The names in the tenant's own catalogue, in no order.</summary>
    public IReadOnlyList<string> EventTypes { get; init; } = [];

    public TenantPolicy Policy { get; init; } = new();
}

/// <summary>How a webhook write ended.</summary>
public enum WebhookWriteOutcome
{
    Done,
    NotFound,
    TenantNotFound,

    /// <summary>The stored version is another one.</summary>
    VersionMismatch,

    /// <summary>Another webhook of the tenant has the external id.</summary>
    ExternalIdTaken,

    /// <summary>A webhook of the tenant was created with the same request id; it is <see cref="WebhookWrite.Webhook"/>.</summary>
    RequestIdUsed,

    /// <summary>The tenant has as many webhooks as its policy allows.</summary>
    LimitReached,

    /// <summary>The tenant's configuration is another one than the events were computed with.</summary>
    StaleConfig,
}

/// <param name="Outcome">How it ended.</param>
/// <param name="Webhook">The webhook as stored (as it was, if deleted; the existing one, if the request id was used).</param>
/// <param name="ConfigVersion">The tenant's configuration version after the write.</param>
public sealed record WebhookWrite(WebhookWriteOutcome Outcome, WebhookRecord? Webhook, long ConfigVersion)
{
    /// <summary>The events stored with it and their deliveries, in order.</summary>
    public IReadOnlyList<AppendedEvent> OperationalEvents { get; init; } = [];
}
