using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Receiving;
using ControlPlane.Signing;

namespace ControlPlane.CrashTests.Checking;

/// <summary>
/// Every request was sent to a webhook that was to be sent to, and signed with exactly the secrets it had: a change that was
/// acknowledged before the request can have been made is in force.
/// </summary>
internal static class SignatureCheck
{
    public static void Run(Evidence evidence)
    {
        var events = evidence.Ledger.Events.Where(e => e.EventId.Length > 0).DistinctBy(e => e.EventId).ToDictionary(e => e.EventId, e => e.FirstSent);
        foreach (var webhook in evidence.Ledger.Webhooks)
        {
            var verifiers = webhook.AllSecrets.ToDictionary(
                secret => secret, secret => new WebhookVerifier(secret, tolerance: Timeout.InfiniteTimeSpan));
            foreach (var ofEvent in webhook.Mailbox.Receipts.GroupBy(r => r.EventId))
            {
                var earliest = events.GetValueOrDefault(ofEvent.Key);
                foreach (var receipt in ofEvent.OrderBy(r => r.Number))
                {
                    Check(evidence, webhook, verifiers, receipt, Math.Max(earliest, evidence.Lives[receipt.Life - 1].Started));
                    // The next one of the same event is made after this one is over, unless it was cancelled or cut.
                    earliest = Math.Max(earliest, receipt.Arrived);
                }
            }
        }
    }

    private static void Check(
        Evidence evidence, KnownWebhook webhook, Dictionary<string, WebhookVerifier> verifiers, Receipt receipt, long earliest)
    {
        var signed = verifiers.Where(v => v.Value.Verify(receipt.Header, receipt.Body.Span).IsValid).Select(v => v.Key).ToHashSet();
        var possible = webhook.Possible(earliest, receipt.Arrived);
        evidence.Violations.Unless(
            possible.Any(v => v.Exists && v.Enabled && signed.SetEquals(v.Secrets)),
            $"Receipt {receipt.Number} for {webhook.RequestId} ({webhook.Id}) in life {receipt.Life} is signed with [{string.Join(", ", signed)}] "
            + $"of {verifiers.Count} secrets, while the webhook was {string.Join(" or ", possible)}");
    }
}
