using ControlPlane.Server.Deliveries;
using ControlPlane.Server.Publishing;
using ControlPlane.Server.Rpc;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Server.Webhooks;

/// <summary>Sends a test event to a webhook and answers how that went.</summary>
internal sealed class WebhookTester(TestPublisher publisher, EventValidator events)
{
    public async Task<Delivery> TestAsync(WebhookRecord webhook, string eventType, ByteString payload)
    {
        var violations = new Violations();
        if (eventType.Length > 0 && !EventTypeRules.IsType(eventType))
        {
            violations.Add("event_type", "EVENT_TYPE_INVALID", "must be an event type, such as \"message.new\"");
        }

        var body = payload.IsEmpty ? null : payload.ToByteArray();
        if (body is not null)
        {
            events.CheckPayload("payload", body, "application/json", violations);
        }

        violations.ThrowIfAny();
        return await publisher.SendAsync(webhook, eventType, body) is { } sent
            ? DeliveryMapper.ToProto(sent.Delivery, sent.Attempts)
            : throw RequestErrors.FailedPrecondition(
                "WEBHOOK_NOT_SENDABLE",
                webhook.Id,
                $"The webhook \"{webhook.Id}\" was deleted meanwhile, or its secrets cannot be opened with the server's master key.");
    }
}
