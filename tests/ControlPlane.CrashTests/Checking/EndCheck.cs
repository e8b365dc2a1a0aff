using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Load;
using ControlPlane.CrashTests.Receiving;
using ControlPlane.V1;

namespace ControlPlane.CrashTests.Checking;

/// <summary>Every delivery has ended, as its attempts and its callers say, and every acknowledged retry was made.</summary>
internal static class EndCheck
{
    public static void Run(Evidence evidence)
    {
        var webhooks = evidence.Ledger.Webhooks.Where(w => w.Id.Length > 0).ToDictionary(w => w.Id);
        foreach (var delivery in evidence.Deliveries)
        {
            var calls = evidence.Ledger.RetriesAndCancels.Of(delivery.Id);
            var deleted = webhooks.TryGetValue(delivery.WebhookId, out var webhook) && !webhook.Latest.Exists;
            evidence.Violations.Unless(IsRight(delivery, calls, deleted), $"It cannot have ended like this: {delivery}");
            CheckRounds(evidence, delivery, calls, deleted);
        }
    }

    private static bool IsRight(Delivery delivery, List<RetryOrCancelCall> calls, bool deleted)
    {
        var last = delivery.Attempts.LastOrDefault();
        return (delivery.State, delivery.EndReason) switch
        {
            (DeliveryState.Succeeded, EndReason.Delivered) => last is { StatusCode: >= 200 and <= 299 } && !IsCancelled(calls),
            (DeliveryState.Dead, EndReason.AttemptsExhausted) => RoundAttempts(delivery) == Changing.MaxAttempts && !IsCancelled(calls),
            (DeliveryState.Dead, EndReason.NonRetryableStatus) => last is { StatusCode: Behaviours.Final } && !IsCancelled(calls),
            (DeliveryState.Cancelled, EndReason.CancelledByCaller) => MayBeCancelled(calls),
            (DeliveryState.Cancelled, EndReason.WebhookDeleted) => deleted && !IsCancelled(calls),
            _ => false,
        };
    }

    /// <summary>The attempts since it was last set going by a caller.</summary>
    private static int RoundAttempts(Delivery delivery)
    {
        var first = delivery.Attempts.Count - 1;
        while (first > 0 && delivery.Attempts[first].Trigger == DeliveryTrigger.Schedule)
        {
            first--;
        }

        return delivery.Attempts.Count - first;
    }

    /// <summary>The last call that can have taken effect is an acknowledged cancel.</summary>
    private static bool IsCancelled(List<RetryOrCancelCall> calls) => calls is [.., { Retry: false, IsAcknowledged: true }];

    /// <summary>There is a cancel, and no acknowledged retry after it.</summary>
    private static bool MayBeCancelled(List<RetryOrCancelCall> calls) =>
        calls.FindLastIndex(c => !c.Retry) is >= 0 and var last && !calls.Skip(last).Any(c => c.Retry && c.IsAcknowledged);

    /// <summary>Each round that was begun was sent at least once, unless it was cancelled.</summary>
    private static void CheckRounds(Evidence evidence, Delivery delivery, List<RetryOrCancelCall> calls, bool deleted)
    {
        var cancels = calls.Count(c => !c.Retry) + (deleted ? 1 : 0);
        var most = calls.Count(c => c.Retry);
        var least = calls.Count(c => c.Retry && c.IsAcknowledged) - cancels;
        var retried = delivery.Attempts.Count(a => a.Trigger == DeliveryTrigger.Retry);
        evidence.Violations.Unless(
            retried >= least && retried <= most, $"{delivery.Id} was retried {retried} times, not {least} to {most}: {delivery}");
        var published = delivery.Attempts.Count(a => a.Trigger == DeliveryTrigger.Publish);
        evidence.Violations.Unless(
            published == 1 || (published == 0 && cancels > 0), $"{delivery.Id} was sent {published} times because of its publish: {delivery}");
    }
}
