namespace ControlPlane.Server.Filtering;

internal static partial class FilteringLog
{
    [LoggerMessage(EventIds.Filtering + 1, LogLevel.Warning, "{Count} evaluations of filters failed, the last of webhook {WebhookId}: {Detail}")]
    public static partial void Failed(ILogger log, int count, string webhookId, string detail);
}
