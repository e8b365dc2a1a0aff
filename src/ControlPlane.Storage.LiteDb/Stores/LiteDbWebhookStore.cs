namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbWebhookStore(LiteDbDatabase database) : IWebhookStore
{
    /// <summary>Webhooks of a tenant that are read at once.</summary>
    private const int LoadAtOnce = 32;

    /// <summary>How often a tenant is read piece by piece, if it changes each time before all is read.</summary>
    private const int LoadTries = 5;

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
        database.ReadPageAsync(
            before, limit, (documents, from, some) => WebhookDocuments.List(documents, tenantId, from, some), cancellationToken);

    public Task<long?> GetConfigVersionAsync(string tenantId, CancellationToken cancellationToken) =>
        database.ReadFirstAsync(documents => TenantRef.FindLive(documents, tenantId)?.ConfigVersion, cancellationToken);

    public async Task<TenantConfig?> LoadTenantAsync(string tenantId, CancellationToken cancellationToken)
    {
        // Some at a time, as the writer waits for each read.
        for (var tries = 0; tries < LoadTries; tries++)
        {
            var (config, next) = await database.ReadAsync(documents => Load(documents, tenantId, LoadAtOnce), cancellationToken).ConfigureAwait(false);
            if (config is null || next is null)
            {
                return config;
            }

            var webhooks = config.Webhooks.ToList();
            while (next is { } before)
            {
                var page = await ListAsync(tenantId, before, LoadAtOnce, cancellationToken).ConfigureAwait(false);
                webhooks.AddRange(page.Items);
                next = page.Next;
            }

            if (await GetConfigVersionAsync(tenantId, cancellationToken).ConfigureAwait(false) == config.ConfigVersion)
            {
                return config with { Webhooks = webhooks };
            }
        }

        return (await database.ReadAsync(documents => Load(documents, tenantId, int.MaxValue), cancellationToken).ConfigureAwait(false)).Config;
    }

    /// <summary>Reads a tenant with the first of its webhooks; returns where to read on.</summary>
    private static (TenantConfig? Config, long? Next) Load(DocumentStore documents, string tenantId, int atMost)
    {
        if (TenantRef.FindLive(documents, tenantId) is not { } tenant)
        {
            return default;
        }

        var webhooks = WebhookDocuments.List(documents, tenantId, before: null, atMost);
        var config = new TenantConfig(tenantId, tenant.ConfigVersion, webhooks.Items)
        {
            EventTypes = EventTypeDocuments.LoadNames(documents, tenant.Seq),
            Policy = TenantDocuments.Find(documents, tenantId)!.Tenant.Policy,
        };
        return (config, webhooks.Next);
    }

    private Task<WebhookWrite> WriteAsync(
        string tenantId, Func<WriteSession, WebhookWrite> write, AuditRecord audit, CancellationToken cancellationToken) =>
        database.WriteAsync(
            tenantId, 1, session => AuditDocuments.Log(session, write(session), written => written.Outcome == WebhookWriteOutcome.Done, audit), cancellationToken);
}
