using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Recording an attempt together with what follows from it.</summary>
internal static class Completions
{
    public static Completed? Complete(WriteSession session, Completion completion)
    {
        var now = session.Now;
        if (session.Deliveries.Find(session.Stored, completion.Delivery.Id) is not { Delivery.State: DeliveryState.InFlight } stored
            || stored.Delivery.Fence != completion.Delivery.Fence)
        {
            return null;
        }

        // A delivery that goes on needs to know what became of its webhook.
        var orphaned = completion.State == DeliveryState.RetryScheduled && WebhookOf.IsDeleted(session, stored);
        var delivery = DeliveryTransitions.Complete(
            completion, stored.Delivery.AttemptCount, stored.Delivery.RoundAttempts, orphaned, stored.Erased, now);
        var attempt = stored.Erased == EndReason.None ? completion.Attempt : ErasureRules.Erase(completion.Attempt);
        stored.Add(attempt with { Number = delivery.AttemptCount });
        var completed = session.Save(stored, delivery);
        session.Minute.Note(stored.Tenant, completed, now);
        session.Minute.Note(stored.Webhook, completed, now);
        return new Completed(completed, WebhookOf.Line(session, stored) is { } line ? OrderingLines.Advance(session, line, now) : null);
    }
}
