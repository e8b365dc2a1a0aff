using ControlPlane.Server.Telemetry;
using ControlPlane.Storage;

namespace ControlPlane.Server.Recording;

/// <summary>Tells the operator of what was recorded: by the metrics always, by the log as far as its bounds allow.</summary>
internal sealed class AttemptReport(ServerMetrics metrics, FailureLines failures, ILogger<AttemptReport> log)
{
    /// <summary>An attempt was made.</summary>
    /// <param name="delivery">The delivery before it.</param>
    /// <param name="webhook">The webhook.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="stored">The delivery after it; null if it was cancelled or taken over meanwhile, so that nothing was recorded.</param>
    public void Attempted(DeliveryRecord delivery, WebhookRecord webhook, AttemptRecord attempt, DeliveryRecord? stored)
    {
        metrics.Attempted(attempt, stored);
        if (attempt.Failure == FailureKind.None || stored is null)
        {
            RecordingLog.Attempt(log, delivery, webhook, attempt, stored);
        }
        else if (failures.Count(webhook.TenantId, webhook.Id) is { } unsaid)
        {
            RecordingLog.Failed(log, delivery, webhook, attempt, stored, unsaid);
        }
    }

    /// <summary>The server suspended a webhook.</summary>
    public void Suspended(WebhookRecord webhook)
    {
        metrics.Suspended(webhook.StateReason);
        RecordingLog.Suspended(log, webhook.Id, webhook.TenantId, webhook.StateReason);
    }
}
