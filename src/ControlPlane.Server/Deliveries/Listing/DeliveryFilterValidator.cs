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
    private const int MaximumCodes = 50;
    private const int MaximumFailures = 20;
    private const int LargestCode = 999;

    public static Storage.DeliveryQuery Check(ListDeliveriesRequest request, Violations violations)
    {
        var filter = Check(
            request.TenantId, request.WebhookId, request.EventId, request.States, request.EventTypes, request.Instance, request.CreatedAfter,
            request.CreatedBefore, violations);
        CheckEntries(violations, "status_codes", request.StatusCodes, MaximumCodes, code => code is >= 0 and <= LargestCode, "an HTTP status, or 0");
        CheckEntries(violations, "failures", request.Failures, MaximumFailures,
            failure => failure is not FailureKind.Unspecified && System.Enum.IsDefined(failure), "a way in which attempts fail");
        return new(filter)
        {
            StatusCodes = [.. request.StatusCodes.Distinct()],
            Failures = [.. request.Failures.Select(failure => (Storage.FailureKind)failure).Distinct()],
        };
    }

    public static Storage.DeliveryFilter Check(WatchDeliveriesRequest request, Violations violations) => Check(
        request.TenantId, request.WebhookId, request.EventId, request.States, request.EventTypes, request.Instance, request.CreatedAfter,
        request.CreatedBefore, violations);

    public static Storage.DeliveryFilter Check(RedriveDeliveriesRequest request, Violations violations) => Check(
        request.TenantId, request.WebhookId, request.EventId, request.States, request.EventTypes, request.Instance, request.CreatedAfter,
        request.CreatedBefore, violations);

    /// <summary>Which events a replay takes, and their webhook.</summary>
    public static Storage.DeliveryFilter Check(ReplayEventsRequest request, Violations violations)
    {
        FieldRules.RequireId(violations, "webhook_id", request.WebhookId);
        return Check("", "", "", [], request.EventTypes, request.Instance, request.CreatedAfter, request.CreatedBefore, violations) with
        {
            WebhookId = request.WebhookId,
        };
    }

    private static Storage.DeliveryFilter Check(
        string tenantId, string webhookId, string eventId, RepeatedField<DeliveryState> states, RepeatedField<string> eventTypes, string instance,
        Timestamp? createdAfter, Timestamp? createdBefore, Violations violations)
    {
        FieldRules.CheckId(violations, "tenant_id", tenantId);
        FieldRules.CheckId(violations, "webhook_id", webhookId);
        FieldRules.CheckId(violations, "event_id", eventId);
        CheckEntries(violations, "states", states, MaximumStates,
            state => state != DeliveryState.Unspecified && System.Enum.IsDefined(state), "a state of a delivery");
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

    private static void CheckEntries<T>(Violations violations, string field, RepeatedField<T> entries, int most, Func<T, bool> isOne, string what)
    {
        if (entries.Count > most)
        {
            violations.Add(field, "TOO_MANY", $"must have at most {most} entries");
        }

        for (var i = 0; i < Math.Min(entries.Count, most); i++)
        {
            if (!isOne(entries[i]))
            {
                violations.Add($"{field}[{i}]", "UNKNOWN_VALUE", $"must be {what}");
            }
        }
    }

    private static string? Optional(string text) => text.Length > 0 ? text : null;
}
