using ControlPlane.Server.Sending;
using ControlPlane.Storage;

namespace ControlPlane.Server.Recording;

/// <summary>Turns an attempt's outcome into one commit: the attempt, the delivery's next state, a new revision.</summary>
internal sealed class Recorder(
    IDeliveryQueue queue, WebhookHealth health, TimeProvider clock, ILogger<Recorder> log)
{
    /// <summary>
    /// Records an attempt. Answers the delivery as stored and what goes next in its line, or null if it had been taken over, cancelled or recovered meanwhile:
    /// then nothing was recorded.
    /// </summary>
    public async Task<Completed?> RecordAsync(DeliveryRecord delivery, WebhookRecord webhook, AttemptOutcome outcome)
    {
        var now = clock.GetStoreNow();
        var decision = RetryPolicy.Decide(webhook.RetryPolicy, delivery, outcome, now, Random.Shared.NextDouble());
        var attempt = new AttemptRecord(
            delivery.AttemptCount + 1,
            delivery.Trigger,
            outcome.StartTime,
            outcome.Duration,
            outcome.StatusCode,
            outcome.Failure,
            outcome.Message,
            outcome.RemoteAddress,
            outcome.ResponseExcerpt);
        var next = decision.NextAttemptTime is { } due ? Timestamps.FromMicroseconds(due.ToMicroseconds()) : (DateTimeOffset?)null;
        // Not cancellable: what was sent is recorded, also while the server stops.
        var stored = await queue.CompleteAsync(
            new Completion(delivery, attempt, decision.State, decision.EndReason, next, now), CancellationToken.None);
        RecordingLog.Attempt(log, delivery, webhook, attempt, stored?.Delivery, outcome);
        if (stored is not null && delivery.Trigger != DeliveryTrigger.Test && !outcome.PayloadGone && !outcome.Unsendable)
        {
            await NoteHealthAsync(webhook, outcome, now);
        }

        return stored;
    }

    /// <summary>The attempt is recorded: that its webhook's health is not must not look as if it were not.</summary>
    private async Task NoteHealthAsync(WebhookRecord webhook, AttemptOutcome outcome, DateTimeOffset now)
    {
        try
        {
            await health.NoteAsync(webhook, outcome, now);
        }
        catch (Exception e)
        {
            RecordingLog.HealthFailed(log, e, webhook.Id);
        }
    }
}
