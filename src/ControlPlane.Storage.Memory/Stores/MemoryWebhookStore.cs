namespace ControlPlane.Storage.Memory;

/// <inheritdoc/>
internal sealed class MemoryWebhookStore(MemorySession session) : IWebhookStore
{
    public Task<WebhookWrite> CreateAsync(WebhookRecord webhook, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(state => WebhookWrites.Create(state, webhook), audit, cancellationToken);

    public Task<WebhookWrite> UpdateAsync(WebhookRecord webhook, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(state => WebhookWrites.Update(state, webhook, expectedConfig: null), audit, cancellationToken);

    public Task<WebhookWrite> UpdateAsync(
        WebhookRecord webhook, long configVersion, IReadOnlyList<NewEvent> events, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(
            state =>
            {
                var write = WebhookWrites.Update(state, webhook, configVersion);
                return write.Outcome == WebhookWriteOutcome.Done
                    ? write with
                    {
                        OperationalEvents = Appends.AppendAll(state, write.Webhook!.TenantId, write.ConfigVersion, events, session.Now),
                    }
                    : write;
            },
            audit, cancellationToken);

    public Task<WebhookWrite> DeleteAsync(
        string webhookId, long? version, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(state => WebhookWrites.Delete(state, webhookId, version, now), audit, cancellationToken);

    public Task SetFailingSinceAsync(string webhookId, DateTimeOffset? since, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            if (state.FindWebhook(webhookId) is { } stored)
            {
                state.Webhooks = state.Webhooks.SetItem(
                    stored.Position, stored with { Webhook = stored.Webhook with { FailingSince = since } });
            }

            return true;
        },
        cancellationToken);

    public Task<WebhookRecord?> GetAsync(string webhookId, CancellationToken cancellationToken) =>
        session.ReadAsync(state => state.FindWebhook(webhookId)?.Webhook, cancellationToken);

    public Task<Page<WebhookRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        session.ReadAsync(
            state => Pages.Of(
                state.Webhooks.Values.Where(
                    stored => stored.DeleteTime is null && (tenantId is null || stored.Webhook.TenantId == tenantId)),
                before, limit, stored => stored.Position, stored => stored.Webhook),
            cancellationToken);

    public Task<long?> GetConfigVersionAsync(string tenantId, CancellationToken cancellationToken) =>
        session.ReadAsync(state => state.FindTenant(tenantId)?.ConfigVersion, cancellationToken);

    public Task<TenantConfig?> LoadTenantAsync(string tenantId, CancellationToken cancellationToken) => session.ReadAsync(
        state => state.FindTenant(tenantId) is { } tenant
            ? new TenantConfig(tenantId, tenant.ConfigVersion, [.. state.WebhooksOf(tenantId).Reverse().Select(stored => stored.Webhook)])
            {
                EventTypes = [.. state.EventTypes.Values.Select(stored => stored.EventType).Where(type => type.TenantId == tenantId).Select(type => type.Name)],
                Policy = tenant.Tenant.Policy,
            }
            : null,
        cancellationToken);

    private Task<WebhookWrite> WriteAsync(Func<StoreState, WebhookWrite> write, AuditRecord audit, CancellationToken cancellationToken) =>
        session.WriteAsync(
            state =>
            {
                var written = write(state);
                return state.Log(written, written.Outcome == WebhookWriteOutcome.Done, audit, session.Now);
            },
            cancellationToken);
}
