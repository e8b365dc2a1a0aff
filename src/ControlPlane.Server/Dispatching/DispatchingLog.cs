namespace ControlPlane.Server.Dispatching;

/// <summary>Log lines of the dispatching room: 1300-1399.</summary>
internal static partial class DispatchingLog
{
    [LoggerMessage(1300, LogLevel.Information, "Recovered {Count} deliveries that were under way when the server stopped last")]
    public static partial void Recovered(ILogger log, int count);

    [LoggerMessage(1301, LogLevel.Warning, "Took back {Count} deliveries whose lease ran out")]
    public static partial void Expired(ILogger log, int count);

    [LoggerMessage(1302, LogLevel.Error, "Could not claim deliveries of webhook {WebhookId}")]
    public static partial void ClaimFailed(ILogger log, Exception exception, string webhookId);

    [LoggerMessage(1303, LogLevel.Error, "Could not apply the change of webhook {WebhookId} to what waits for it")]
    public static partial void ReconsiderFailed(ILogger log, Exception exception, string webhookId);

    [LoggerMessage(1304, LogLevel.Error, "Could not prolong or recover leases; trying again")]
    public static partial void LeasesFailed(ILogger log, Exception exception);

    [LoggerMessage(1305, LogLevel.Error, "Could not send delivery {DeliveryId}; trying again")]
    public static partial void AttemptFailed(ILogger log, Exception exception, string deliveryId);

    [LoggerMessage(1306, LogLevel.Error, "Could not record attempt {Attempt} of delivery {DeliveryId}; trying again")]
    public static partial void RecordFailed(ILogger log, Exception exception, string deliveryId, int attempt);

    [LoggerMessage(1307, LogLevel.Error, "Gave up recording attempt {Attempt} of delivery {DeliveryId}: it will be sent again")]
    public static partial void RecordGivenUp(ILogger log, string deliveryId, int attempt);

    [LoggerMessage(1308, LogLevel.Information, "Stopping: {InFlight} requests under way, {Released} queued deliveries given back")]
    public static partial void Draining(ILogger log, int inFlight, int released);

    [LoggerMessage(1309, LogLevel.Warning, "Cut off {Count} requests that did not end in time; they are sent again after the restart")]
    public static partial void CutOff(ILogger log, int count);

    [LoggerMessage(1310, LogLevel.Critical, "Sending has stopped; the server must be restarted")]
    public static partial void WorkerDied(ILogger log, Exception exception);

    [LoggerMessage(1311, LogLevel.Warning, "Could not read the payloads of claimed deliveries together; each is read when it is sent")]
    public static partial void PayloadsNotRead(ILogger log, Exception exception);
}
