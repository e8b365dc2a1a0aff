using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Webhooks;

/// <summary>A store in which something can happen between a caller's read and its write.</summary>
internal sealed class RacingWebhookStore(IWebhookStore inner) : IWebhookStore
{
    /// <summary>Done before each update, with the store itself.</summary>
    public Func<IWebhookStore, Task>? BeforeUpdate { get; set; }

    public int Lists { get; private set; }

    /// <summary>How often all webhooks of a tenant were read.</summary>
    public int Loads { get; private set; }

    public async Task<WebhookWrite> UpdateAsync(WebhookRecord webhook, AuditRecord audit, CancellationToken cancellationToken)
    {
        if (BeforeUpdate is not null)
        {
            await BeforeUpdate(inner);
        }

        return await inner.UpdateAsync(webhook, audit, cancellationToken);
    }

    public async Task<WebhookWrite> UpdateAsync(
        WebhookRecord webhook, long configVersion, IReadOnlyList<NewEvent> events, AuditRecord audit, CancellationToken cancellationToken)
    {
        if (BeforeUpdate is not null)
        {
            await BeforeUpdate(inner);
        }

        return await inner.UpdateAsync(webhook, configVersion, events, audit, cancellationToken);
    }

    public Task<WebhookWrite> CreateAsync(WebhookRecord webhook, AuditRecord audit, CancellationToken cancellationToken) =>
        inner.CreateAsync(webhook, audit, cancellationToken);

    public Task<WebhookWrite> DeleteAsync(
        string webhookId, long? version, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) =>
        inner.DeleteAsync(webhookId, version, now, audit, cancellationToken);

    public Task SetFailingSinceAsync(string webhookId, DateTimeOffset? since, CancellationToken cancellationToken) =>
        inner.SetFailingSinceAsync(webhookId, since, cancellationToken);

    public Task<WebhookRecord?> GetAsync(string webhookId, CancellationToken cancellationToken) =>
        inner.GetAsync(webhookId, cancellationToken);

    public Task<Page<WebhookRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken)
    {
        Lists++;
        return inner.ListAsync(tenantId, before, limit, cancellationToken);
    }

    public Task<long?> GetConfigVersionAsync(string tenantId, CancellationToken cancellationToken) =>
        inner.GetConfigVersionAsync(tenantId, cancellationToken);

    public Task<TenantConfig?> LoadTenantAsync(string tenantId, CancellationToken cancellationToken)
    {
        Loads++;
        return inner.LoadTenantAsync(tenantId, cancellationToken);
    }
}
