namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>Log lines about secrets at rest. Never a secret or a key.</summary>
internal static partial class SecretsLog
{
    [LoggerMessage(EventIds.Secrets, LogLevel.Warning,
        "Made a new master key in {Path}. Keep a copy: without it no stored webhook secret can be read.")]
    public static partial void KeyCreated(ILogger logger, string path);

    [LoggerMessage(EventIds.Secrets + 1, LogLevel.Error,
        "The secret {SecretId} of webhook {WebhookId} (tenant {TenantId}) cannot be decrypted: {Setting} or the key file beside the store is not the key it was stored under. Bring that key back, or rotate the secret.")]
    public static partial void Unreadable(ILogger logger, string webhookId, string tenantId, string secretId, string setting);

    [LoggerMessage(EventIds.Secrets + 2, LogLevel.Error, "Could not check whether the stored webhook secrets can be decrypted.")]
    public static partial void CheckFailed(ILogger logger, Exception exception);
}
