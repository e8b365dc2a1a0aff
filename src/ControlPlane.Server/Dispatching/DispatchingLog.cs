namespace ControlPlane.Server.Dispatching;

/// <summary>Log lines of the dispatching room.</summary>
internal static partial class DispatchingLog
{
    [LoggerMessage(EventIds.Dispatching, LogLevel.Information, "Recovered {Count} deliveries that were in flight when the server last stopped")]
    public static partial void Recovered(ILogger log, int count);

    [LoggerMessage(EventIds.Dispatching + 1, LogLevel.Warning, "Recovered {Count} deliveries whose lease had expired")]
    public static partial void Expired(ILogger log, int count);

    [LoggerMessage(EventIds.Dispatching + 2, LogLevel.Error, "Could not claim deliveries of webhook {WebhookId}")]
    public static partial void ClaimFailed(ILogger log, Exception exception, string webhookId);

    [LoggerMessage(EventIds.Dispatching + 3, LogLevel.Error, "Could not apply the change of webhook {WebhookId} to its waiting deliveries")]
    public static partial void ReconsiderFailed(ILogger log, Exception exception, string webhookId);

    [LoggerMessage(EventIds.Dispatching + 4, LogLevel.Error, "Could not extend or recover leases; trying again")]
    public static partial void LeasesFailed(ILogger log, Exception exception);

    [LoggerMessage(EventIds.Dispatching + 5, LogLevel.Error, "Could not send delivery {DeliveryId}; trying again")]
    public static partial void AttemptFailed(ILogger log, Exception exception, string deliveryId);

    [LoggerMessage(EventIds.Dispatching + 6, LogLevel.Error, "Could not record attempt {Attempt} of delivery {DeliveryId}; trying again")]
    public static partial void RecordFailed(ILogger log, Exception exception, string deliveryId, int attempt);

    [LoggerMessage(EventIds.Dispatching + 7, LogLevel.Error, "Gave up recording attempt {Attempt} of delivery {DeliveryId}: it will be sent again")]
    public static partial void RecordGivenUp(ILogger log, string deliveryId, int attempt);

    [LoggerMessage(EventIds.Dispatching + 8, LogLevel.Information, "Stopping with {InFlight} requests in flight; released {Released} queued deliveries")]
    public static partial void Draining(ILogger log, int inFlight, int released);

    [LoggerMessage(EventIds.Dispatching + 9, LogLevel.Warning, "Cut off {Count} requests that did not end in time; they are sent again after the restart")]
    public static partial void CutOff(ILogger log, int count);

    [LoggerMessage(EventIds.Dispatching + 10, LogLevel.Critical, "Sending has stopped; the server must be restarted")]
    public static partial void WorkerDied(ILogger log, Exception exception);

    [LoggerMessage(EventIds.Dispatching + 11, LogLevel.Warning, "Could not read the payloads of claimed deliveries together; each is read when it is sent")]
    public static partial void PayloadsNotRead(ILogger log, Exception exception);

    [LoggerMessage(EventIds.Dispatching + 12, LogLevel.Warning, "Could not look for what waits; looking again")]
    public static partial void WaitingNotListed(ILogger log, Exception exception);

    [LoggerMessage(EventIds.Dispatching + 13, LogLevel.Warning, "Could not take up or give back what changed its owner; trying again")]
    public static partial void OwnershipNotApplied(ILogger log, Exception exception);

    [LoggerMessage(EventIds.Dispatching + 14, LogLevel.Warning, "Could not look up what the metrics tell of the queue; looking again in 15 s")]
    public static partial void NotMeasured(ILogger log, Exception exception);

    [LoggerMessage(EventIds.Dispatching + 15, LogLevel.Warning, "Could not hand over what this node owns, since the store cannot be reached; others take it over when the node's lease ends")]
    public static partial void NotLeft(ILogger log, Exception exception);

    [LoggerMessage(EventIds.Dispatching + 16, LogLevel.Warning, "This node did not renew its lease in time and was taken for gone; it goes on as a new one. What it was sending, others may send again")]
    public static partial void TakenForGone(ILogger log);
}
