using ControlPlane.Server.Catalog;
using ControlPlane.Server.OperationalEvents;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;

namespace ControlPlane.Server.Recording;

/// <summary>
/// Turns an attempt's outcome into one commit: the attempt, the delivery's next state, a new revision, and where that follows
/// the suspension of the webhook and the operational events about it.
/// </summary>
internal sealed class Recorder(
    IDeliveryQueue queue, WebhookCatalog catalog, WebhookHealth health, OperationalEventPlanner operationalEvents, AttemptReport report,
    TimeProvider clock, ILogger<Recorder> log)
{
    /// <summary>
    /// Records an attempt. Answers the delivery as stored and what goes next in its line, or null if it had been taken over,
    /// cancelled or recovered meanwhile: then nothing was recorded.
    /// </summary>
    public async Task<Completed?> RecordAsync(DeliveryRecord delivery, WebhookRecord webhook, AttemptOutcome outcome)
    {
        var now = clock.GetStoreNow();
        var decision = RetryDecider.Decide(webhook.RetryPolicy, delivery, outcome, now, Random.Shared.NextDouble());
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
        var completion = new Completion(delivery, attempt, decision.State, decision.EndReason, decision.NextAttemptTime - now)
        {
            Counts = !outcome.GaveWay,
        };
        // A test is sent by hand, past the webhook's state, and whoever sent it sees how it went.
        var test = delivery.Trigger == DeliveryTrigger.Test;
        var asked = !test && !outcome.Expired && !outcome.Erased && !outcome.Unsendable && !outcome.GaveWay;
        var verdict = asked ? health.Judge(webhook, outcome, now) : default;
        var more = !test && (verdict.Reason != StateReason.None || verdict.IsWarning || completion.State == DeliveryState.Dead);
        var (stored, suspended) = more ? await CompleteAsync(completion, webhook, outcome, verdict, now) : new(await CompleteAsync(completion), false);
        report.Attempted(delivery, webhook, attempt, stored?.Delivery);
        if (stored is not null && asked && !suspended)
        {
            await NoteHealthAsync(webhook, outcome, verdict, now);
        }

        return stored;
    }

    /// <summary>Not cancellable: what was sent is recorded, also while the server stops.</summary>
    private Task<Completed?> CompleteAsync(Completion completion) => queue.CompleteAsync(completion, CancellationToken.None);

    /// <summary>Records it with what follows beyond the delivery, as the tenant's webhooks are when it is stored.</summary>
    private async Task<Recorded> CompleteAsync(
        Completion completion, WebhookRecord tried, AttemptOutcome outcome, HealthVerdict verdict, DateTimeOffset now) =>
        await catalog.TryAsync(
            tried.TenantId, (tenant, _) => TryCompleteAsync(tenant, completion, tried, outcome, verdict, now), CancellationToken.None)
        ?? new(await CompleteAsync(completion), false);

    private async Task<Recorded?> TryCompleteAsync(
        TenantCatalog tenant, Completion completion, WebhookRecord tried, AttemptOutcome outcome, HealthVerdict verdict, DateTimeOffset now)
    {
        var suspended = Suspend(tenant.Find(tried.Id), tried, verdict, now);
        var happened = Happened(completion, tried, suspended, verdict, outcome.EndingCertificate);
        if (happened.Count == 0)
        {
            return new(await CompleteAsync(completion), false);
        }

        // Also where nobody subscribed: that is true of this configuration only.
        var events = operationalEvents.Plan(tenant, happened, now);
        var result = await queue.CompleteAsync(completion, new(tenant.ConfigVersion, suspended, events) { Audit = Audit(suspended) }, CancellationToken.None);
        if (result is CompletionEffectsResult.Recorded recorded)
        {
            Announce(recorded);
            return new(recorded.Completed, suspended is not null);
        }

        return result is CompletionEffectsResult.Stale ? new(null, false) : null;
    }

    /// <summary>The webhook as suspended, unless it was changed since the attempt: then what failed is not what it is now.</summary>
    private static WebhookRecord? Suspend(WebhookRecord? current, WebhookRecord tried, HealthVerdict verdict, DateTimeOffset now) =>
        verdict.Reason != StateReason.None && current is { State: WebhookState.Active } && current.Version == tried.Version
            ? current with
            {
                State = WebhookState.Suspended,
                StateReason = verdict.Reason,
                Version = current.Version + 1,
                UpdateTime = now,
            }
            : null;

    private static AuditRecord? Audit(WebhookRecord? suspended) => suspended is null ? null : new()
    {
        TenantId = suspended.TenantId,
        Actor = new(AuditActorKind.Server),
        Action = AuditAction.Suspended,
        ResourceType = "webhook",
        ResourceId = suspended.Id,
        Changes =
        [
            new(
                "state", $"\"WEBHOOK_STATE_{OperationalEventPayload.Word(WebhookState.Active)}\"",
                $"\"WEBHOOK_STATE_{OperationalEventPayload.Word(suspended.State)}\""),
            new("state_reason", null, $"\"STATE_REASON_{OperationalEventPayload.Word(suspended.StateReason)}\""),
        ],
    };

    private static List<OperationalEvent> Happened(
        Completion completion, WebhookRecord tried, WebhookRecord? suspended, HealthVerdict verdict, EndingCertificate? certificate)
    {
        var happened = new List<OperationalEvent>(2);
        if (suspended is not null)
        {
            happened.Add(new OperationalEvent.Suspended(suspended, completion.Delivery, completion.Attempt, verdict.FailingSince));
        }

        if (verdict.FailingStage > 0)
        {
            happened.Add(new OperationalEvent.Failing(
                tried, completion.Delivery, completion.Attempt, verdict.FailingSince!.Value, verdict.SuspendTime, verdict.FailingStage));
        }

        if (verdict.Recovered)
        {
            happened.Add(new OperationalEvent.Recovered(tried, verdict.FailingSince!.Value));
        }

        if (verdict.CertificateStage > 0)
        {
            happened.Add(new OperationalEvent.CertificateExpiring(
                tried, certificate!.Value.ExpireTime, certificate.Value.IsClients, verdict.CertificateStage));
        }

        // No events about dead-lettered operational events: two webhooks that fail would send them to each other for ever.
        if (completion.State == DeliveryState.Dead && !OperationalTypes.Covers(completion.Delivery.EventType))
        {
            happened.Add(new OperationalEvent.Dead(tried, completion.Delivery, completion.Attempt, completion.EndReason));
        }

        return happened;
    }

    private void Announce(CompletionEffectsResult.Recorded recorded)
    {
        if (recorded.Suspension is { Webhook: { } webhook } suspension)
        {
            catalog.Apply(webhook, suspension.ConfigVersion);
            report.Suspended(webhook);
        }

        operationalEvents.Announce(recorded.OperationalEvents);
    }

    /// <summary>The attempt is recorded: that its webhook's health is not must not look as if it were not.</summary>
    private async Task NoteHealthAsync(WebhookRecord webhook, AttemptOutcome outcome, HealthVerdict verdict, DateTimeOffset now)
    {
        try
        {
            await health.NoteAsync(webhook, outcome, verdict, now);
        }
        catch (Exception e)
        {
            RecordingLog.HealthFailed(log, e, webhook.Id);
        }
    }

    /// <summary>The delivery as stored, null if it was another's by then, and whether its webhook was suspended with it.</summary>
    private sealed record Recorded(Completed? Stored, bool Suspended);
}
