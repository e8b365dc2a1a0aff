namespace ControlPlane.Server.Sending;

/// <summary>Log lines of the sending room.</summary>
internal static partial class SendingLog
{
    [LoggerMessage(EventIds.Sending, LogLevel.Error,
        "Secret {SecretId} of webhook {WebhookId} cannot be opened: ControlPlane:Secrets:MasterKey (or the key file) is not the one it was sealed with. Its deliveries wait")]
    public static partial void SecretUnusable(ILogger log, string webhookId, string secretId);

    [LoggerMessage(EventIds.Sending + 1, LogLevel.Error,
        "Webhook {WebhookId} uses the dialect {Dialect} with the additional dialect '{Additional}', and this version cannot send in one of them. Its deliveries wait")]
    public static partial void UnknownDialect(ILogger log, string webhookId, string dialect, string additional);
}
