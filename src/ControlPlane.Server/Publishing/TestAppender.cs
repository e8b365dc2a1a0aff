using System.Diagnostics;
using System.Text.Json;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Dispatching;
using ControlPlane.Server.Telemetry;
using ControlPlane.Storage;

namespace ControlPlane.Server.Publishing;

/// <summary>Stores a test event with its one delivery, which is leased by this process.</summary>
internal sealed class TestAppender(IEventStore events, WebhookCatalog catalog, LeaseBook leases, IdSource ids, TimeProvider clock)
{
    /// <summary>Appends a test event for a webhook. Returns null if the webhook was deleted meanwhile.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="type">The event's type; empty for <see cref="TestEvents.DefaultType"/>.</param>
    /// <param name="payload">The event's payload; null for one that says what it is.</param>
    /// <param name="trace">The trace that it belongs to; null for none.</param>
    public async Task<(EventRecord Source, DeliveryRecord Delivery)?> AppendAsync(
        WebhookRecord webhook, string type, byte[]? payload, TraceContext? trace)
    {
        using var span = PublishSpans.Begin(webhook.TenantId, trace);
        var now = clock.GetStoreNow();
        var source = new EventRecord
        {
            Id = ids.Next("evt_"),
            TenantId = webhook.TenantId,
            Type = type.Length > 0 ? type : TestEvents.DefaultType,
            Instance = webhook.Instances.Count > 0 ? webhook.Instances[0] : "",
            Labels = new Dictionary<string, string> { [TestEvents.Label] = webhook.Id },
            Payload = payload ?? DefaultPayload(webhook, now),
            Trace = span?.Context ?? trace,
            DeliveryCount = 1,
            CreateTime = now,
        };
        var fanOut = new NewDelivery(ids.Next("dlv_"), webhook.Id, DeliveryTrigger.Test, Leased: true);
        span?.Set("messaging.message.id", source.Id).Set("controlplane.event.type", source.Type);
        var outcome = await catalog.TryAsync(webhook.TenantId, AttemptAsync, CancellationToken.None);
        return outcome is AppendResult.Appended appended ? (source, appended.Events[0].Deliveries[0]) : null;

        async Task<AppendResult?> AttemptAsync(TenantCatalog picture, bool fresh)
        {
            if (picture.Find(webhook.Id) is null)
            {
                return new AppendResult.TenantNotFound();
            }

            source = source with { ExpireTime = picture.Policy.ExpireTimeOf(now) };
            using var commit = TraceSpan.Begin("commit", ActivityKind.Internal, source.Trace);
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
