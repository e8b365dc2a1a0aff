using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Administration;

/// <summary>The part of the delivery store that administration uses: deliveries that wait for webhooks that are gone.</summary>
internal sealed class FakeOrphans : IDeliveryStore
{
    /// <summary>How many each next call cancels.</summary>
    public Queue<int> Batches { get; } = new();

    public int Calls { get; private set; }

    public Task<int> CancelOrphansAsync(CancellationToken cancellationToken)
    {
        Calls++;
        return Task.FromResult(Batches.TryDequeue(out var batch) ? batch : 0);
    }

    public Task<DeliveryRecord?> GetAsync(string deliveryId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<AttemptRecord>> ListAttemptsAsync(string deliveryId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<DeliveryRecord?> FindAheadAsync(string deliveryId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<Page<DeliveryRecord>> ListAsync(DeliveryQuery query, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RetryOrCancelResult> RetryAsync(string deliveryId, AuditRecord audit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RetryOrCancelResult> CancelAsync(string deliveryId, AuditRecord audit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}

/// <summary>The part of the webhook store that the catalog reads.</summary>
internal sealed class FakeTenantConfigs : IWebhookStore
{
    public int Loads { get; private set; }

    public Task<long?> GetConfigVersionAsync(string tenantId, CancellationToken cancellationToken) => Task.FromResult<long?>(1);

    public Task<TenantConfig?> LoadTenantAsync(string tenantId, CancellationToken cancellationToken)
    {
        Loads++;
        return Task.FromResult<TenantConfig?>(new(tenantId, 1, []));
    }

    public Task<WebhookWrite> CreateAsync(WebhookRecord webhook, AuditRecord audit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<WebhookWrite> UpdateAsync(WebhookRecord webhook, AuditRecord audit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<WebhookWrite> UpdateAsync(
        WebhookRecord webhook, long configVersion, IReadOnlyList<NewEvent> events, AuditRecord audit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<WebhookWrite> DeleteAsync(
        string webhookId, long? version, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task SetFailingSinceAsync(string webhookId, DateTimeOffset? since, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<WebhookRecord?> GetAsync(string webhookId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Page<WebhookRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
