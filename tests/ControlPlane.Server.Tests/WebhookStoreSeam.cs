using ControlPlane.Storage;

namespace ControlPlane.Server.Tests;

/// <summary>A real webhook store in which a test can hold reads up and let calls fail.</summary>
internal sealed class WebhookStoreSeam(IWebhookStore inner) : IWebhookStore
{
    /// <summary>Runs after a tenant was read, before the reader gets to see it.</summary>
    public Func<Task> AfterLoad { get; set; } = () => Task.CompletedTask;

    /// <summary>Runs before the health of a webhook is written.</summary>
    public Action BeforeHealth { get; set; } = () => { };

    public int HealthWrites { get; private set; }

    public async Task<TenantConfig?> LoadTenantAsync(string tenantId, CancellationToken cancellationToken)
    {
        var config = await inner.LoadTenantAsync(tenantId, cancellationToken);
        await AfterLoad();
        return config;
    }

    public Task SetFailingSinceAsync(string webhookId, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        BeforeHealth();
        HealthWrites++;
        return inner.SetFailingSinceAsync(webhookId, since, cancellationToken);
    }

    public Task<WebhookWrite> CreateAsync(WebhookRecord webhook, AuditRecord audit, CancellationToken cancellationToken) =>
        inner.CreateAsync(webhook, audit, cancellationToken);

    public Task<WebhookWrite> UpdateAsync(WebhookRecord webhook, AuditRecord audit, CancellationToken cancellationToken) =>
        inner.UpdateAsync(webhook, audit, cancellationToken);

    public Task<WebhookWrite> UpdateAsync(
        WebhookRecord webhook, long configVersion, IReadOnlyList<NewEvent> events, AuditRecord audit, CancellationToken cancellationToken) =>
        inner.UpdateAsync(webhook, configVersion, events, audit, cancellationToken);

    public Task<WebhookWrite> DeleteAsync(string webhookId, long? version, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) =>
        inner.DeleteAsync(webhookId, version, now, audit, cancellationToken);

    public Task<long?> GetConfigVersionAsync(string tenantId, CancellationToken cancellationToken) =>
        inner.GetConfigVersionAsync(tenantId, cancellationToken);

    public Task<WebhookRecord?> GetAsync(string webhookId, CancellationToken cancellationToken) =>
        inner.GetAsync(webhookId, cancellationToken);

    public Task<Page<WebhookRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        inner.ListAsync(tenantId, before, limit, cancellationToken);
}
