using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Deliveries.Listing;
using ControlPlane.Server.Publishing;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Server.Webhooks.Inspecting;

/// <summary>Sends a test event to a webhook and answers how that went.</summary>
internal sealed class WebhookTester(TestPublisher publisher, EventValidator events)
{
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public void Check(TestWebhookRequest request)
    {
        var violations = new Violations();
        FieldRules.RequireId(violations, "webhook_id", request.WebhookId);
        if (request.EventType.Length > 0 && !EventTypeRules.IsType(request.EventType))
        {
            violations.Add(
                "event_type", "EVENT_TYPE_INVALID",
                $"must be an event type of at most {EventTypeRules.MaximumLength} characters, such as \"message.new\"");
        }

        if (!request.Payload.IsEmpty)
        {
            events.CheckPayload("payload", request.Payload.Span, "application/json", violations);
        }

        violations.ThrowIfAny();
    }

    public async Task<Delivery> TestAsync(WebhookRecord webhook, string eventType, ByteString payload)
    {
        var body = payload.IsEmpty ? null : payload.ToByteArray();
        return await publisher.SendAsync(webhook, eventType, body) is { } sent
            ? DeliveryMapper.ToProto(sent.Delivery, sent.Attempts)
            : throw RequestErrors.FailedPrecondition(
                "WEBHOOK_NOT_SENDABLE",
                webhook.Id,
                $"The webhook \"{webhook.Id}\" was deleted meanwhile, or its secrets cannot be opened with the server's master key.");
    }
}
