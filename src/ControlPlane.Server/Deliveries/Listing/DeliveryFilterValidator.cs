using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.V1;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Deliveries.Listing;

/// <summary>Reads the filter fields that list, watch and redrive have in common.</summary>
internal static class DeliveryFilterValidator
{
    private const int MaximumTypes = 50;
    private const int MaximumStates = 20;

    public static Storage.DeliveryFilter Check(ListDeliveriesRequest request, Violations violations) => Check(
        request.TenantId, request.WebhookId, request.EventId, request.States, request.EventTypes, request.Instance, request.CreatedAfter,
        request.CreatedBefore, violations);

    public static Storage.DeliveryFilter Check(WatchDeliveriesRequest request, Violations violations) => Check(
        request.TenantId, request.WebhookId, request.EventId, request.States, request.EventTypes, request.Instance, request.CreatedAfter,
        request.CreatedBefore, violations);

    public static Storage.DeliveryFilter Check(RedriveDeliveriesRequest request, Violations violations) => Check(
        request.TenantId, request.WebhookId, request.EventId, request.States, request.EventTypes, request.Instance, request.CreatedAfter,
        request.CreatedBefore, violations);

    private static Storage.DeliveryFilter Check(
        string tenantId, string webhookId, string eventId, RepeatedField<DeliveryState> states, RepeatedField<string> eventTypes, string instance,
        Timestamp? createdAfter, Timestamp? createdBefore, Violations violations)
    {
        FieldRules.CheckId(violations, "tenant_id", tenantId);
        FieldRules.CheckId(violations, "webhook_id", webhookId);
        FieldRules.CheckId(violations, "event_id", eventId);
        if (states.Count > MaximumStates)
        {
            violations.Add("states", "TOO_MANY", $"must have at most {MaximumStates} entries");
        }

        for (var i = 0; i < Math.Min(states.Count, MaximumStates); i++)
        {
            if (states[i] == DeliveryState.Unspecified || !System.Enum.IsDefined(states[i]))
            {
                violations.Add($"states[{i}]", "UNKNOWN_VALUE", "must be a state of a delivery");
            }
        }

        EventTypeRules.CheckPatterns(violations, "event_types", eventTypes, MaximumTypes);
        FieldRules.CheckInstance(violations, "instance", instance);
        return new()
        {
            WebhookId = Optional(webhookId),
            EventId = Optional(eventId),
            States = [.. states.Select(state => (Storage.DeliveryState)state).Distinct()],
            EventTypes = [.. eventTypes],
            Instance = Optional(instance),
            CreatedAfter = ProtoTimes.CheckBound(violations, "created_after", createdAfter),
            CreatedBefore = ProtoTimes.CheckBound(violations, "created_before", createdBefore),
        };
    }

    private static string? Optional(string text) => text.Length > 0 ? text : null;
}
