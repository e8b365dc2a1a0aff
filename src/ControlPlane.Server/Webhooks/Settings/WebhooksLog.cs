using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>Log lines about changes of webhooks. Ids only: URLs can carry credentials.</summary>
internal static partial class WebhooksLog
{
    [LoggerMessage(EventIds.Webhooks, LogLevel.Information, "Created webhook {WebhookId} of tenant {TenantId}, {State}.")]
    public static partial void Created(ILogger logger, string webhookId, string tenantId, WebhookState state);

    [LoggerMessage(EventIds.Webhooks + 1, LogLevel.Information, "Updated webhook {WebhookId} of tenant {TenantId} to version {Version}.")]
    public static partial void Updated(ILogger logger, string webhookId, string tenantId, long version);

    [LoggerMessage(EventIds.Webhooks + 2, LogLevel.Information,
        "Deleted webhook {WebhookId} of tenant {TenantId}; {Cancelled} waiting deliveries cancelled.")]
    public static partial void Deleted(ILogger logger, string webhookId, string tenantId, int cancelled);

    [LoggerMessage(EventIds.Webhooks + 3, LogLevel.Information,
        "Rotated the secret of webhook {WebhookId} of tenant {TenantId} to {SecretId}; {Signing} secrets sign.")]
    public static partial void Rotated(ILogger logger, string webhookId, string tenantId, string secretId, int signing);

    [LoggerMessage(EventIds.Webhooks + 4, LogLevel.Information, "Webhook {WebhookId} of tenant {TenantId} went from {Before} to {After}.")]
    public static partial void StateChanged(ILogger logger, string webhookId, string tenantId, WebhookState before, WebhookState after);

    [LoggerMessage(EventIds.Webhooks + 5, LogLevel.Information,
        "The secret {SecretId} of webhook {WebhookId} of tenant {TenantId} was shown to {CallerKeyId}.")]
    public static partial void SecretRead(ILogger logger, string webhookId, string tenantId, string secretId, string callerKeyId);
}
