using System.Globalization;
using ControlPlane.Server.Dispatching;
using ControlPlane.Server.Webhooks.Retries;
using ControlPlane.Storage;
using ControlPlane.V1;
using DeliveryState = ControlPlane.Storage.DeliveryState;
using DeliveryTrigger = ControlPlane.Storage.DeliveryTrigger;
using WebhookState = ControlPlane.Storage.WebhookState;

namespace ControlPlane.Server.Deliveries.Explaining;

/// <summary>Why a delivery is not sent this moment: pure.</summary>
internal static class WaitReasons
{
    /// <summary>The reasons, the weightiest first; empty if the delivery has ended.</summary>
    /// <param name="delivery">The delivery as stored.</param>
    /// <param name="ahead">The delivery of the same ordering key that it has to let go first; null if there is none.</param>
    /// <param name="webhook">Its webhook; null if deleted.</param>
    /// <param name="lane">The webhook's lane in this process; null if it has none.</param>
    /// <param name="held">This process holds the delivery's lease.</param>
    /// <param name="now">The current time.</param>
    public static IReadOnlyList<Wait> Judge(
        DeliveryRecord delivery, DeliveryRecord? ahead, WebhookRecord? webhook, LaneSnapshot? lane, bool held, DateTimeOffset now)
    {
        if (delivery.Ended)
        {
            return [];
        }

        if (delivery.State == DeliveryState.InFlight && lane?.Ahead is null)
        {
            // A test is sent past the lane, by whoever was asked for it.
            return held || delivery.Trigger == DeliveryTrigger.Test
                ? [Wait(WaitReason.Sending, "An attempt is in flight.")]
                : [Wait(WaitReason.HeldElsewhere, "Another process holds it, or one that stopped; then it is recovered when the lease ends.")];
        }

        if (webhook is null)
        {
            return [Wait(WaitReason.WebhookDeleted, "The webhook was deleted; the delivery is about to be cancelled.")];
        }

        var waits = new List<Wait>();
        if (webhook.State != WebhookState.Active)
        {
            waits.Add(Wait(
                webhook.State == WebhookState.Disabled ? WaitReason.WebhookDisabled : WaitReason.WebhookSuspended,
                MatchChecks.Inactive(webhook)));
        }

        if (ahead is not null && delivery.State != DeliveryState.InFlight)
        {
            waits.Add(Wait(WaitReason.OrderingKey, Behind(delivery, ahead)));
        }

        if (delivery.State == DeliveryState.InFlight)
        {
            waits.AddRange(Limits(lane!, webhook));
            waits.Add(Wait(WaitReason.Queued, Text($"A sender has taken it; {lane!.Ahead} deliveries of the webhook go first.")));
        }
        else if (delivery.NextAttemptTime is { } due && due > now)
        {
            waits.Add(Wait(WaitReason.NotDue, NotDue(delivery, webhook, due)));
        }
        else if (waits.Count == 0)
        {
            waits.AddRange(lane is null ? [] : Limits(lane, webhook));
            if (waits.Count == 0)
            {
                waits.Add(Wait(WaitReason.Turn, "It is due and is about to be taken."));
            }
        }

        return waits;
    }

    private static IEnumerable<Wait> Limits(LaneSnapshot lane, WebhookRecord webhook)
    {
        if (lane.Failing)
        {
            yield return Wait(
                WaitReason.ReceiverFailing,
                Text($"The receiver failed several times in a row: it gets one request at a time until one succeeds; {lane.InFlight} in flight."));
        }
        else if (lane.InFlight >= lane.Limit)
        {
            yield return Wait(
                WaitReason.MaxInFlight, Text($"{lane.InFlight} requests are in flight, and at most {lane.Limit} may be now."));
        }

        if (lane.Pause > TimeSpan.Zero)
        {
            yield return Wait(
                WaitReason.MaxRate,
                Text($"At {webhook.MaxRatePerSecond} attempts per second the next may start in {lane.Pause.TotalSeconds:0.###} s."));
        }
    }

    private static string NotDue(DeliveryRecord delivery, WebhookRecord webhook, DateTimeOffset due)
    {
        if (delivery.RoundAttempts == 0)
        {
            return Text($"The first attempt is due at {due:u}.");
        }

        var policy = webhook.RetryPolicy ?? RetryBackoff.Standard;
        var delay = RetryBackoff.Delay(policy, delivery.RoundAttempts);
        return Text(
            $"Retry {delivery.RoundAttempts} of {RetryBackoff.MaxAttempts(policy) - 1} is due at {due:u}; the policy waits {delay.TotalSeconds:0.###} s before it.");
    }

    private static string Behind(DeliveryRecord delivery, DeliveryRecord ahead) => (ahead.State, ahead.NextAttemptTime) switch
    {
        (DeliveryState.InFlight, _) => Text(
            $"The delivery \"{ahead.Id}\" of the ordering key \"{delivery.OrderingKey}\" is being sent, and one goes at a time."),
        (DeliveryState.RetryScheduled, { } due) => Text(
            $"The delivery \"{ahead.Id}\" of the ordering key \"{delivery.OrderingKey}\" goes first; it failed and is due again at {due:u}."),
        _ => Text($"The delivery \"{ahead.Id}\" of the ordering key \"{delivery.OrderingKey}\" goes first."),
    };

    private static Wait Wait(WaitReason reason, string detail) => new() { Reason = reason, Detail = detail };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
