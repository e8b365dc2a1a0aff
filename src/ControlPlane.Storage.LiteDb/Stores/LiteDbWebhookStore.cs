namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbWebhookStore(LiteDbDatabase database) : IWebhookStore
{
    public Task<WebhookWrite> CreateAsync(WebhookRecord webhook, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(webhook.TenantId, session => WebhookWrites.Create(session, webhook), audit, cancellationToken);

    public Task<WebhookWrite> UpdateAsync(WebhookRecord webhook, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(webhook.TenantId, session => WebhookWrites.Update(session, webhook), audit, cancellationToken);

    public Task<WebhookWrite> UpdateAsync(
        WebhookRecord webhook, long configVersion, IReadOnlyList<NewEvent> events, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(webhook.TenantId, session => WebhookWrites.Update(session, webhook, configVersion, events), audit, cancellationToken);

    public Task<WebhookWrite> DeleteAsync(
        string webhookId, long? version, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync("", session => WebhookWrites.Delete(session, webhookId, version, now), audit, cancellationToken);

    public Task SetFailingSinceAsync(string webhookId, DateTimeOffset? since, CancellationToken cancellationToken) =>
        database.WriteAsync(session => WebhookDocuments.SetFailingSince(session, webhookId, since), cancellationToken);

    public Task<WebhookRecord?> GetAsync(string webhookId, CancellationToken cancellationToken) =>
        database.ReadAsync(documents => WebhookDocuments.Find(documents, webhookId)?.Webhook, cancellationToken);

    public Task<Page<WebhookRecord>> ListAsync(
        string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(documents => WebhookDocuments.List(documents, tenantId, before, limit), cancellationToken);

    public Task<long?> GetConfigVersionAsync(string tenantId, CancellationToken cancellationToken) =>
        database.ReadAsync(documents => TenantRef.FindLive(documents, tenantId)?.ConfigVersion, cancellationToken);

    public Task<TenantConfig?> LoadTenantAsync(string tenantId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            documents => TenantRef.FindLive(documents, tenantId) is { } tenant
                ? new TenantConfig(tenantId, tenant.ConfigVersion, WebhookDocuments.LoadAll(documents, tenant.Seq))
                {
                    EventTypes = EventTypeDocuments.LoadNames(documents, tenant.Seq),
                    Policy = TenantDocuments.Find(documents, tenantId)!.Tenant.Policy,
                }
                : null,
            cancellationToken);

    private Task<WebhookWrite> WriteAsync(
        string tenantId, Func<WriteSession, WebhookWrite> write, AuditRecord audit, CancellationToken cancellationToken) =>
        database.WriteAsync(
            tenantId, 1, session => AuditDocuments.Log(session, write(session), written => written.Outcome == WebhookWriteOutcome.Done, audit), cancellationToken);
}
