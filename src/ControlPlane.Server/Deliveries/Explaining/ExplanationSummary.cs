using ControlPlane.V1;

namespace ControlPlane.Server.Deliveries.Explaining;

/// <summary>An explanation in one or two sentences.</summary>
internal static class ExplanationSummary
{
    private const string Changed = "The webhook was changed since the event was accepted and may have been set otherwise then.";

    public static string Of(ExplainDeliveryResponse answer, bool replayed) => answer.Delivery is not { } delivery ? Unmatched(answer)
        : (answer.Waits.Count > 0 ? $"Not sent yet: {answer.Waits[0].Detail}" : Ended(delivery))
            + (replayed ? " A replay created the delivery after the publish." : "");

    private static string Unmatched(ExplainDeliveryResponse answer)
    {
        var unmet = answer.Checks.Where(check => !check.Met).Select(check => check.Detail).ToList();
        return (unmet.Count, answer.WebhookChanged) switch
        {
            (0, true) => $"Not delivered, although the event would match now. {Changed}",
            (0, false) => "There is no delivery, although the event matches: it is no longer stored.",
            (_, true) => $"Not delivered. {string.Join(' ', unmet)} {Changed}",
            _ => $"Not delivered. {string.Join(' ', unmet)}",
        };
    }

    private static string Ended(Delivery delivery) => delivery.EndReason switch
    {
        EndReason.Delivered => $"Delivered with attempt {delivery.AttemptCount}.",
        EndReason.AttemptsExhausted => $"Given up: all {delivery.AttemptCount} attempts failed.",
        EndReason.NonRetryableStatus => $"Given up: the receiver answered {delivery.LastStatusCode}, which the policy does not retry.",
        EndReason.Gone => "Given up: the receiver answered 410 Gone.",
        EndReason.Expired => "Given up: it or its event grew too old, or the payload is no longer stored.",
        EndReason.TestFailed => "A test, which is sent once; it failed.",
        EndReason.CancelledByCaller => "Cancelled by a caller.",
        EndReason.WebhookDeleted => "Cancelled, since its webhook was deleted.",
        EndReason.Erased => "Cancelled, since its event was erased.",
        _ => "It has ended.",
    };
}
