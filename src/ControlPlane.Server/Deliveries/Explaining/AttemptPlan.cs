using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using DeliveryState = ControlPlane.Storage.DeliveryState;
using DeliveryTrigger = ControlPlane.Storage.DeliveryTrigger;
using RetrySchedule = ControlPlane.Server.Webhooks.Retries.RetrySchedule;
using WebhookState = ControlPlane.Storage.WebhookState;

namespace ControlPlane.Server.Deliveries.Explaining;

/// <summary>The attempts that a delivery has before it, if all of them fail at once: pure.</summary>
internal static class AttemptPlan
{
    /// <summary>None for a delivery that ended or whose webhook is not sent to; an attempt in flight is not one of them.</summary>
    public static IReadOnlyList<PlannedAttempt> Of(DeliveryRecord delivery, WebhookRecord? webhook, DateTimeOffset now)
    {
        if (delivery.Ended || webhook is not { State: WebhookState.Active })
        {
            return [];
        }

        var times = new List<DateTimeOffset>();
        var (number, from) = (delivery.AttemptCount + 2, now);
        if (delivery.State != DeliveryState.InFlight)
        {
            from = delivery.NextAttemptTime is { } due && due > now ? due : now;
            times.Add(from);
            number--;
        }

        // A test is sent once.
        times.AddRange(delivery.Trigger == DeliveryTrigger.Test
            ? []
            : RetrySchedule.After(webhook.RetryPolicy, delivery.RoundAttempts + 1, from, delivery.RoundStartTime));
        return [.. times.Select((time, index) => new PlannedAttempt { Number = number + index, Time = time.ToTimestamp() })];
    }
}
