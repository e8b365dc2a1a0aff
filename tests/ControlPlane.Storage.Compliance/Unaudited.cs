namespace ControlPlane.Storage;

/// <summary>Writes for tests that do not look at the audit log.</summary>
public static class Unaudited
{
    private static readonly AuditRecord Entry = new()
    {
        TenantId = null,
        Actor = new(AuditActorKind.Server),
        Action = AuditAction.Updated,
        ResourceType = "test",
        ResourceId = "",
    };

    public static Task<TenantWrite> CreateTenantAsync(this IAccessStore store, TenantRecord tenant, CancellationToken cancellationToken) =>
        store.CreateTenantAsync(tenant, Entry, cancellationToken);

    public static Task<TenantWrite> UpdateTenantAsync(this IAccessStore store, TenantRecord tenant, CancellationToken cancellationToken) =>
        store.UpdateTenantAsync(tenant, Entry, cancellationToken);

    public static Task<TenantDelete> DeleteTenantAsync(
        this IAccessStore store, string tenantId, long? version, bool force, DateTimeOffset now, CancellationToken cancellationToken) =>
        store.DeleteTenantAsync(tenantId, version, force, now, Entry, cancellationToken);

    public static Task<bool> CreateKeyAsync(this IAccessStore store, ApiKeyRecord key, CancellationToken cancellationToken) =>
        store.CreateKeyAsync(key, Entry, cancellationToken);

    public static Task<ApiKeyRecord?> RevokeKeyAsync(
        this IAccessStore store, string keyId, DateTimeOffset now, CancellationToken cancellationToken) =>
        store.RevokeKeyAsync(keyId, now, Entry, cancellationToken);

    public static Task<WebhookWrite> CreateAsync(this IWebhookStore store, WebhookRecord webhook, CancellationToken cancellationToken) =>
        store.CreateAsync(webhook, Entry, cancellationToken);

    public static Task<WebhookWrite> UpdateAsync(this IWebhookStore store, WebhookRecord webhook, CancellationToken cancellationToken) =>
        store.UpdateAsync(webhook, Entry, cancellationToken);

    public static Task<WebhookWrite> UpdateAsync(
        this IWebhookStore store, WebhookRecord webhook, long configVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken) =>
        store.UpdateAsync(webhook, configVersion, events, Entry, cancellationToken);

    public static Task<WebhookWrite> DeleteAsync(
        this IWebhookStore store, string webhookId, long? version, DateTimeOffset now, CancellationToken cancellationToken) =>
        store.DeleteAsync(webhookId, version, now, Entry, cancellationToken);

    public static Task<EventTypeWrite> CreateAsync(
        this IEventTypeStore store, EventTypeRecord type, int maximum, CancellationToken cancellationToken) =>
        store.CreateAsync(type, maximum, Entry, cancellationToken);

    public static Task<EventTypeWrite> UpdateAsync(this IEventTypeStore store, EventTypeRecord type, CancellationToken cancellationToken) =>
        store.UpdateAsync(type, Entry, cancellationToken);

    public static Task<EventTypeWrite> DeleteAsync(
        this IEventTypeStore store, string tenantId, string name, long? version, CancellationToken cancellationToken) =>
        store.DeleteAsync(tenantId, name, version, Entry, cancellationToken);

    public static Task<RedriveRecord?> CreateAsync(
        this IRedriveStore store, RedriveRecord redrive, RedriveScope scope, CancellationToken cancellationToken) =>
        store.CreateAsync(redrive, scope, Entry, cancellationToken);

    public static Task<bool> CancelAsync(this IRedriveStore store, string redriveId, CancellationToken cancellationToken) =>
        store.CancelAsync(redriveId, Entry, cancellationToken);

    public static Task<RetryOrCancelResult> RetryAsync(this IDeliveryStore store, string deliveryId, CancellationToken cancellationToken) =>
        store.RetryAsync(deliveryId, Entry, cancellationToken);

    public static Task<RetryOrCancelResult> CancelAsync(this IDeliveryStore store, string deliveryId, CancellationToken cancellationToken) =>
        store.CancelAsync(deliveryId, Entry, cancellationToken);
}
