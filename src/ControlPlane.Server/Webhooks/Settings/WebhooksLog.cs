using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>Log lines about changes of webhooks, events 1200 to 1279. Ids only: URLs can carry credentials.</summary>
internal static partial class WebhooksLog
{
    [LoggerMessage(1200, LogLevel.Information, "Created webhook {WebhookId} of tenant {TenantId}, {State}.")]
    public static partial void Created(ILogger logger, string webhookId, string tenantId, WebhookState state);

    [LoggerMessage(1201, LogLevel.Information, "Updated webhook {WebhookId} of tenant {TenantId} to version {Version}.")]
    public static partial void Updated(ILogger logger, string webhookId, string tenantId, long version);

    [LoggerMessage(1202, LogLevel.Information,
        "Deleted webhook {WebhookId} of tenant {TenantId}; {Cancelled} waiting deliveries cancelled.")]
    public static partial void Deleted(ILogger logger, string webhookId, string tenantId, int cancelled);

    [LoggerMessage(1203, LogLevel.Information,
        "Rotated the secret of webhook {WebhookId} of tenant {TenantId} to {SecretId}; {Signing} secrets sign.")]
    public static partial void Rotated(ILogger logger, string webhookId, string tenantId, string secretId, int signing);

    [LoggerMessage(1204, LogLevel.Information, "Webhook {WebhookId} of tenant {TenantId} went from {Before} to {After}.")]
    public static partial void StateChanged(ILogger logger, string webhookId, string tenantId, WebhookState before, WebhookState after);
}
