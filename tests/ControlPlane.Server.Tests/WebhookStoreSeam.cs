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

    public Task<WebhookWrite> CreateAsync(WebhookRecord webhook, CancellationToken cancellationToken) =>
        inner.CreateAsync(webhook, cancellationToken);

    public Task<WebhookWrite> UpdateAsync(WebhookRecord webhook, CancellationToken cancellationToken) =>
        inner.UpdateAsync(webhook, cancellationToken);

    public Task<WebhookWrite> UpdateAsync(
        WebhookRecord webhook, long configVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken) =>
        inner.UpdateAsync(webhook, configVersion, events, cancellationToken);

    public Task<WebhookWrite> DeleteAsync(string webhookId, long? version, DateTimeOffset now, CancellationToken cancellationToken) =>
        inner.DeleteAsync(webhookId, version, now, cancellationToken);

    public Task<long?> GetConfigVersionAsync(string tenantId, CancellationToken cancellationToken) =>
        inner.GetConfigVersionAsync(tenantId, cancellationToken);

    public Task<WebhookRecord?> GetAsync(string webhookId, CancellationToken cancellationToken) =>
        inner.GetAsync(webhookId, cancellationToken);

    public Task<Page<WebhookRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        inner.ListAsync(tenantId, before, limit, cancellationToken);
}
