using ControlPlane.Server.Recording;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;

namespace ControlPlane.Server.Publishing;

/// <summary>A test that was sent.</summary>
internal sealed record TestDelivery(DeliveryRecord Delivery, IReadOnlyList<AttemptRecord> Attempts);

/// <summary>
/// Sends one test event to one webhook, past its filter, state and lane, and waits for the outcome. It is stored like any event,
/// so that it shows in lists and watches; if the process dies in between, it is sent after the restart.
/// </summary>
internal sealed class TestPublisher(
    TestAppender appender, IDeliveryStore deliveries, EndpointCache endpoints, WebhookSender sender, Recorder recorder)
{
    /// <summary>Sends; null if the webhook was deleted meanwhile, or its secrets cannot be opened.</summary>
    public async Task<TestDelivery?> SendAsync(WebhookRecord webhook, string type, byte[]? payload, TraceContext? trace)
    {
        var endpoint = endpoints.Get(webhook);
        if (endpoint is null || await appender.AppendAsync(webhook, type, payload, trace) is not var (source, delivery))
        {
            return null;
        }

        // Not tied to the caller: what was sent is recorded even if nobody waits for the answer any more.
        var outcome = await sender.SendAsync(endpoint, delivery, source, CancellationToken.None);
        var stored = await recorder.RecordAsync(delivery, webhook, outcome);
        return new(
            stored?.Delivery ?? await deliveries.GetAsync(delivery.Id, CancellationToken.None) ?? delivery,
            await deliveries.ListAttemptsAsync(delivery.Id, CancellationToken.None));
    }
}
