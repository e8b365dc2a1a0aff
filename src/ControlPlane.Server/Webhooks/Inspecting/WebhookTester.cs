using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Deliveries.Listing;
using ControlPlane.Server.Publishing;
using ControlPlane.Storage;
using ControlPlane.V1;

namespace ControlPlane.Server.Webhooks.Inspecting;

/// <summary>Sends a test event to a webhook and returns the outcome.</summary>
internal sealed class WebhookTester(TestPublisher publisher, TestRules rules, EventValidator events, TenantPlans plans, TrialLimit trials)
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

    /// <exception cref="RequestException">
    /// PERMISSION_DENIED, INVALID_ARGUMENT and RESOURCE_EXHAUSTED, as for events that are published; FAILED_PRECONDITION.
    /// </exception>
    public async Task<Delivery> TestAsync(
        Caller caller, WebhookRecord webhook, TestWebhookRequest request, TraceContext? trace, CancellationToken cancellationToken)
    {
        var (eventType, body) = (request.EventType, request.Payload.IsEmpty ? null : request.Payload.ToByteArray());
        await plans.RequireAsync(webhook.TenantId, Features.Publish, cancellationToken);
        using var trial = trials.Enter(webhook.TenantId);
        switch (await rules.RefuseAsync(webhook.TenantId, eventType, body, cancellationToken))
        {
            case PublishResult.UnknownTypes:
                var violations = new Violations();
                violations.Add(
                    "event_type", "EVENT_TYPE_UNKNOWN", "must be in a catalogue of event types, since the tenant has strict_event_types");
                throw violations.ToException();
            case { } refused:
                throw PublishRefusals.Of(refused, webhook.TenantId, [], _ => "test");
        }

        return await publisher.SendAsync(webhook, eventType, body, trace) is { } sent
            ? DeliveryMapper.ToProto(sent.Delivery, sent.Attempts, caller.IsPlatform)
            : throw RequestErrors.FailedPrecondition(
                "WEBHOOK_NOT_SENDABLE",
                webhook.Id,
                $"The webhook \"{webhook.Id}\" was deleted meanwhile, or its secrets cannot be opened with the server's master key.");
    }
}
