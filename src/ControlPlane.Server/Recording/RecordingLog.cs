using ControlPlane.Storage;

namespace ControlPlane.Server.Recording;

/// <summary>Log lines of the recording room.</summary>
internal static partial class RecordingLog
{
    /// <summary>The one wide line of an attempt that succeeded, or came too late.</summary>
    public static void Attempt(ILogger log, DeliveryRecord delivery, WebhookRecord webhook, AttemptRecord attempt, DeliveryRecord? stored)
    {
        if (stored is null)
        {
            Stale(log, delivery.Id, delivery.EventId, webhook.Id, attempt.Number, attempt.StatusCode, attempt.Failure);
        }
        else
        {
            Succeeded(log, delivery.Id, delivery.EventId, webhook.Id, webhook.TenantId, attempt.Number, attempt.Trigger,
                attempt.StatusCode, attempt.Duration.TotalMilliseconds);
        }
    }

    /// <summary>The one wide line of an attempt that failed.</summary>
    public static void Failed(
        ILogger log, DeliveryRecord delivery, WebhookRecord webhook, AttemptRecord attempt, DeliveryRecord stored, int unsaid) =>
        Failed(log, delivery.Id, delivery.EventId, webhook.Id, webhook.TenantId, attempt.Number, attempt.Trigger,
            attempt.StatusCode, attempt.Failure, attempt.Message, attempt.Duration.TotalMilliseconds, stored.State, stored.NextAttemptTime, unsaid);

    [LoggerMessage(EventIds.Recording, LogLevel.Debug,
        "Delivered {DeliveryId} event {EventId} webhook {WebhookId} tenant {TenantId} attempt {Attempt} {Trigger}: {Status} in {Milliseconds:0.0} ms")]
    private static partial void Succeeded(ILogger log, string deliveryId, string eventId, string webhookId, string tenantId, int attempt,
        DeliveryTrigger trigger, int status, double milliseconds);

    [LoggerMessage(EventIds.Recording + 1, LogLevel.Information,
        "Failed {DeliveryId} event {EventId} webhook {WebhookId} tenant {TenantId} attempt {Attempt} {Trigger}: {Status} {Failure} {Message} in {Milliseconds:0.0} ms, now {State}, next {Next:O}; {Unsaid} failed attempts of the webhook before it have no line")]
    private static partial void Failed(ILogger log, string deliveryId, string eventId, string webhookId, string tenantId, int attempt,
        DeliveryTrigger trigger, int status, FailureKind failure, string message, double milliseconds, DeliveryState state, DateTimeOffset? next, int unsaid);

    [LoggerMessage(EventIds.Recording + 2, LogLevel.Information,
        "Not recorded {DeliveryId} event {EventId} webhook {WebhookId} attempt {Attempt}: {Status} {Failure}; the delivery was cancelled or taken over meanwhile")]
    private static partial void Stale(ILogger log, string deliveryId, string eventId, string webhookId, int attempt, int status, FailureKind failure);

    [LoggerMessage(EventIds.Recording + 4, LogLevel.Error, "Could not note how webhook {WebhookId} fares; its next attempt will")]
    public static partial void HealthFailed(ILogger log, Exception exception, string webhookId);

    [LoggerMessage(EventIds.Recording + 3, LogLevel.Warning, "Suspended webhook {WebhookId} of tenant {TenantId}: {Reason}")]
    public static partial void Suspended(ILogger log, string webhookId, string tenantId, StateReason reason);
}
