using System.Globalization;
using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Receiving;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.CrashTests.Checking;

/// <summary>
/// Every attempt is a request that was received and answered that way; every request is an attempt, or was cut off by a kill; and no
/// two of a delivery are under way at once. What a node sent that the others took for gone is as if it had been cut off. Attempts and requests are matched by the number in the answer, which the server keeps.
/// </summary>
internal static class AttemptCheck
{
    public static AttemptTally Run(Evidence evidence)
    {
        var tally = new AttemptTally();
        var receipts = evidence.Receipts.ToLookup(x => (x.Webhook.Id, x.Receipt.EventId), x => x.Receipt);
        tally.Receipts = receipts.Sum(group => group.Count());
        var sent = evidence.Ledger.Events.ToDictionary(e => e.Number);
        var payloads = evidence.Events.ToDictionary(
            e => e.Id, e => SentEvent.NumberOf(e) is { } number ? sent.GetValueOrDefault(number)?.Message.Payload : null, StringComparer.Ordinal);
        foreach (var delivery in evidence.Deliveries)
        {
            var received = receipts[(delivery.WebhookId, delivery.EventId)].OrderBy(r => r.Number).ToList();
            tally.Attempts += delivery.Attempts.Count;
            CheckBodies(evidence, delivery, received, (payloads.GetValueOrDefault(delivery.EventId) ?? ByteString.Empty).Span);
            CheckNumbers(evidence, delivery);
            var unrecorded = Match(evidence, delivery, received);
            CheckUnrecorded(evidence, delivery, received, unrecorded, tally);
            CheckOneAtATime(evidence, delivery, received);
        }

        var known = evidence.Deliveries.Select(d => (d.WebhookId, d.EventId)).ToHashSet();
        foreach (var group in receipts.Where(group => !known.Contains(group.Key)))
        {
            evidence.Violations.Add($"There is no delivery of {group.Key.EventId} to {group.Key.Id}, but {group.Count()} requests came");
        }

        return tally;
    }

    private static void CheckBodies(Evidence evidence, Delivery delivery, List<Receipt> received, ReadOnlySpan<byte> payload)
    {
        foreach (var receipt in received)
        {
            evidence.Violations.Unless(
                receipt.Body.Span.SequenceEqual(payload), $"Receipt {receipt.Number} of {delivery.Id} is not what was published");
        }
    }

    private static void CheckNumbers(Evidence evidence, Delivery delivery) => evidence.Violations.Unless(
        delivery.AttemptCount == delivery.Attempts.Count
            && delivery.Attempts.Select(a => a.Number).SequenceEqual(Enumerable.Range(1, delivery.AttemptCount)),
        $"The attempts are not counted right: {delivery}");

    /// <summary>Answers the requests that no attempt is of.</summary>
    private static List<Receipt> Match(Evidence evidence, Delivery delivery, List<Receipt> received)
    {
        var left = received.ToDictionary(r => r.Number);
        var unknown = 0;
        foreach (var attempt in delivery.Attempts)
        {
            if (!attempt.ResponseExcerpt.StartsWith(Receipt.Mark, StringComparison.Ordinal))
            {
                // It failed before the answer was read, so it can be any of the requests or none.
                unknown++;
                continue;
            }

            var number = int.Parse(attempt.ResponseExcerpt.AsSpan(Receipt.Mark.Length), CultureInfo.InvariantCulture);
            evidence.Violations.Unless(
                left.Remove(number, out var receipt) && receipt.Status == attempt.StatusCode,
                $"Attempt {attempt.Number} of {delivery.Id} is of receipt {number}, which is not one of it, or not with that status: {attempt}");
        }

        return [.. left.Values.Skip(unknown)];
    }

    private static void CheckUnrecorded(
        Evidence evidence, Delivery delivery, List<Receipt> received, List<Receipt> unrecorded, AttemptTally tally)
    {
        var cut = 0;
        foreach (var receipt in unrecorded)
        {
            if (CancelledMeanwhile(evidence, delivery, received, receipt))
            {
                tally.Cancelled++;
                continue;
            }

            if (evidence.Lives[receipt.Life - 1] is var life && !life.WasTakenForGone())
            {
                evidence.Violations.Unless(
                    life.Killed, $"Receipt {receipt.Number} is not recorded, and life {receipt.Life} was not killed: {delivery}");
                evidence.Violations.Unless(
                    received.Last(r => r.Life == receipt.Life) == receipt,
                    $"Receipt {receipt.Number} of {delivery.Id} is not recorded, and life {receipt.Life} sent it again all the same");
            }

            cut++;
            tally.CutAfterSuccess += receipt.Status is >= 200 and <= 299 ? 1 : 0;
        }

        tally.Cut += cut;
        tally.DeliveriesCut += cut > 0 ? 1 : 0;
    }

    private static void CheckOneAtATime(Evidence evidence, Delivery delivery, List<Receipt> received)
    {
        foreach (var (one, next) in received.Zip(received.Skip(1)))
        {
            evidence.Violations.Unless(
                (one.Answered > 0 && one.Answered <= next.Arrived)
                    || evidence.Lives[one.Life - 1].Ended is > 0 and var ended && ended <= next.Arrived
                    || CancelledMeanwhile(evidence, delivery, received, one)
                    || evidence.Lives[one.Life - 1].WasTakenForGone(),
                $"Receipts {one.Number} and {next.Number} of {delivery.Id} were under way at once in lives {one.Life} and {next.Life}");
        }
    }

    /// <summary>
    /// A caller who cancels gives up the attempt that is under way: it runs to its end, but nobody waits for it. It can have begun
    /// any time after the request before it, and before the cancel, although it arrives after that.
    /// </summary>
    private static bool CancelledMeanwhile(Evidence evidence, Delivery delivery, List<Receipt> received, Receipt receipt)
    {
        var before = received.LastOrDefault(r => r.Number < receipt.Number)?.Arrived ?? 0;
        var earliest = Math.Max(before, evidence.Lives[receipt.Life - 1].Started);
        return evidence.Ledger.RetriesAndCancels.Of(delivery.Id).Any(call => !call.Retry && call.Acknowledged >= earliest);
    }
}
