using System.Text.Json;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Dispatching;
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
    IEventStore events, IDeliveryStore deliveries, WebhookCatalog catalog, EndpointCache endpoints, WebhookSender sender, Recorder recorder,
    LeaseBook leases, IdSource ids, TimeProvider clock)
{
    public const string DefaultType = "webhook.test";

    /// <summary>Sends; null if the webhook was deleted meanwhile, or its secrets cannot be opened.</summary>
    public async Task<TestDelivery?> SendAsync(WebhookRecord webhook, string type, byte[]? payload)
    {
        var now = clock.GetStoreNow();
        var source = new EventRecord
        {
            Id = ids.Next("evt_"),
            TenantId = webhook.TenantId,
            Type = type.Length > 0 ? type : DefaultType,
            Instance = webhook.Instances.Count > 0 ? webhook.Instances[0] : "",
            Payload = payload ?? DefaultPayload(webhook, now),
            DeliveryCount = 1,
            CreateTime = now,
        };
        var endpoint = endpoints.Get(webhook);
        var delivery = endpoint is null ? null : await AppendAsync(webhook, source);
        if (endpoint is null || delivery is null)
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

    private async Task<DeliveryRecord?> AppendAsync(WebhookRecord webhook, EventRecord source)
    {
        var fanOut = new NewDelivery(ids.Next("dlv_"), webhook.Id, DeliveryTrigger.Test, Leased: true);
        var outcome = await catalog.TryAsync(webhook.TenantId, AttemptAsync, CancellationToken.None);
        return outcome is AppendResult.Appended appended ? appended.Events[0].Deliveries[0] : null;

        async Task<AppendResult?> AttemptAsync(TenantCatalog picture, bool fresh)
        {
            if (picture.Find(webhook.Id) is null)
            {
                return new AppendResult.TenantNotFound();
            }

            var result = await events.AppendAsync(
                new AppendRequest(
                    webhook.TenantId, picture.ConfigVersion, [new NewEvent(source, [fanOut], Fingerprint: null)], leases.Owner, leases.Lease),
                CancellationToken.None);
            return result is AppendResult.StaleConfig ? null : result;
        }
    }

    private static byte[] DefaultPayload(WebhookRecord webhook, DateTimeOffset now)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("message", "This is a test of your webhook.");
            json.WriteString("webhook_id", webhook.Id);
            json.WriteString("sent_at", now);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
