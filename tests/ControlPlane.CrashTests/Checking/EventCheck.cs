using ControlPlane.CrashTests.Ledger;
using ControlPlane.V1;

namespace ControlPlane.CrashTests.Checking;

/// <summary>Every acknowledged event is there, once, and goes to exactly the webhooks that were to receive it; no other is there.</summary>
internal static class EventCheck
{
    public static void Run(Evidence evidence)
    {
        var violations = evidence.Violations;
        var stored = new Dictionary<int, Event>();
        foreach (var source in evidence.Events)
        {
            if (SentEvent.NumberOf(source) is not { } number)
            {
                violations.Add($"Nobody published {source}");
            }
            else if (!stored.TryAdd(number, source))
            {
                violations.Add($"Event {number} is stored twice, as {stored[number].Id} and {source.Id}");
            }
        }

        var deliveries = evidence.Deliveries.ToLookup(d => d.EventId);
        foreach (var sent in evidence.Ledger.Events)
        {
            if (stored.Remove(sent.Number, out var source))
            {
                CheckStored(evidence, sent, source, [.. deliveries[source.Id]]);
            }
            else
            {
                violations.Unless(sent.Acknowledged == 0, $"LOST: event {sent.Number}, acknowledged as {sent.EventId}");
                violations.Unless(sent.Acknowledged > 0 || !sent.IsRepeatable, $"Event {sent.Number} was never settled");
            }
        }

        foreach (var (number, source) in stored)
        {
            violations.Add($"Nobody published number {number}: {source}");
        }

        CheckBatches(evidence);
        CheckOwners(evidence);
    }

    private static void CheckStored(Evidence evidence, SentEvent sent, Event source, IReadOnlyList<Delivery> deliveries)
    {
        var violations = evidence.Violations;
        violations.Unless(
            sent.Acknowledged == 0 || source.Id == sent.EventId, $"Event {sent.Number} was acknowledged as {sent.EventId} and is {source.Id}");
        violations.Unless(
            source.Type == sent.Message.Type && (sent.Message.Id.Length == 0 || source.Id == sent.Message.Id)
                && source.IdempotencyKey == sent.Message.IdempotencyKey && source.Labels.Equals(sent.Message.Labels),
            $"Event {sent.Number} was published as {sent.Message.Id} {sent.Message.Type} and is {source}");
        var missing = sent.DeliveryCount - deliveries.Count;
        violations.Unless(
            sent.Acknowledged == 0 || (missing >= 0 && missing <= CountLeftOut(evidence, sent, source, deliveries)),
            $"LOST: event {sent.Number} ({source.Id}) was acknowledged with {sent.DeliveryCount} deliveries and has {deliveries.Count}");
        CheckFanOut(evidence, sent, source, deliveries);
    }

    /// <summary>How many webhooks a large batch can leave out, whose deliveries are stored after its events: those that were deleted in between.</summary>
    private static int CountLeftOut(Evidence evidence, SentEvent sent, Event source, IReadOnlyList<Delivery> deliveries) => sent.Batch == 0 ? 0
        : evidence.Ledger.Webhooks.Count(webhook => deliveries.All(delivery => delivery.WebhookId != webhook.Id)
            && webhook.Possible(sent.FirstSent, sent.Acknowledged) is [.., { Exists: false }] possible && possible.Any(version => version.Receives(source.Type)));

    /// <summary>A webhook that cannot have changed its mind meanwhile has a delivery exactly if it was to receive the event.</summary>
    private static void CheckFanOut(Evidence evidence, SentEvent sent, Event source, IReadOnlyList<Delivery> deliveries)
    {
        var until = sent.Acknowledged > 0 ? sent.Acknowledged : WebhookVersion.Never;
        foreach (var webhook in evidence.Ledger.Webhooks)
        {
            var found = deliveries.Count(d => d.WebhookId == webhook.Id);
            var possible = webhook.Possible(sent.FirstSent, until);
            var least = possible.All(v => v.Receives(source.Type)) ? 1 : 0;
            var most = possible.Any(v => v.Receives(source.Type)) ? 1 : 0;
            evidence.Violations.Unless(
                found >= least && found <= most,
                $"Event {sent.Number} ({source.Id}, {source.Type}) has {found} deliveries to {webhook.RequestId} ({webhook.Id}), "
                + $"not {least} to {most}: {string.Join("; ", possible)}");
        }
    }

    /// <summary>An unacknowledged batch left everything or nothing.</summary>
    private static void CheckBatches(Evidence evidence)
    {
        var stored = evidence.Events.Select(SentEvent.NumberOf).ToHashSet();
        foreach (var batch in evidence.Ledger.Events.Where(e => e.Batch > 0).GroupBy(e => e.Batch))
        {
            var kept = batch.Count(sent => stored.Contains(sent.Number));
            evidence.Violations.Unless(kept == 0 || kept == batch.Count(), $"Of batch {batch.Key} {kept} of {batch.Count()} events are stored");
        }
    }

    private static void CheckOwners(Evidence evidence)
    {
        var events = evidence.Events.Select(e => e.Id).ToHashSet();
        var webhooks = evidence.Ledger.Webhooks.Select(w => w.Id).ToHashSet();
        foreach (var delivery in evidence.Deliveries)
        {
            evidence.Violations.Unless(
                events.Contains(delivery.EventId) && webhooks.Contains(delivery.WebhookId), $"There is no event or webhook of {delivery}");
        }
    }
}
