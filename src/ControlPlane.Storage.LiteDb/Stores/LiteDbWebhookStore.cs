namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbWebhookStore(LiteDbDatabase database) : IWebhookStore
{
    public Task<WebhookWrite> CreateAsync(WebhookRecord webhook, CancellationToken cancellationToken) =>
        database.WriteAsync(session => WebhookWrites.Create(session, webhook), cancellationToken);

    public Task<WebhookWrite> UpdateAsync(WebhookRecord webhook, CancellationToken cancellationToken) =>
        database.WriteAsync(session => WebhookWrites.Update(session, webhook), cancellationToken);

    public Task<WebhookWrite> UpdateAsync(
        WebhookRecord webhook, long configVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken) =>
        database.WriteAsync(session => WebhookWrites.Update(session, webhook, configVersion, events), cancellationToken);

    public Task<WebhookWrite> DeleteAsync(
        string webhookId, long? version, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(session => WebhookWrites.Delete(session, webhookId, version, now), cancellationToken);

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
}
