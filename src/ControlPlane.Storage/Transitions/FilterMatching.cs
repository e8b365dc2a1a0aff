namespace ControlPlane.Storage.Transitions;

/// <summary>What filters match.</summary>
public static class FilterMatching
{
    /// <summary>Returns whether a delivery is one that the filter means.</summary>
    public static bool Matches(this DeliveryFilter filter, DeliveryRecord delivery) =>
        Is(filter.TenantId, delivery.TenantId)
        && Is(filter.WebhookId, delivery.WebhookId)
        && Is(filter.EventId, delivery.EventId)
        && Is(filter.Instance, delivery.Instance)
        && (filter.States.Count == 0 || filter.States.Contains(delivery.State))
        && EventTypePattern.AnyCovers(filter.EventTypes, delivery.EventType)
        && IsWithin(delivery.CreateTime, filter.CreatedAfter, filter.CreatedBefore);

    /// <summary>Returns whether an event is one that a filter means by what events have: tenant, type, instance and time.</summary>
    public static bool Matches(this DeliveryFilter filter, EventRecord stored) =>
        Is(filter.TenantId, stored.TenantId)
        && Is(filter.Instance, stored.Instance)
        && EventTypePattern.AnyCovers(filter.EventTypes, stored.Type)
        && IsWithin(stored.CreateTime, filter.CreatedAfter, filter.CreatedBefore);

    /// <summary>Returns whether a delivery whose last attempt ended so is one that the query means.</summary>
    public static bool MatchesLast(this DeliveryQuery query, int statusCode, FailureKind failure) =>
        (query.StatusCodes.Count == 0 || query.StatusCodes.Contains(statusCode))
        && (query.Failures.Count == 0 || query.Failures.Contains(failure));

    /// <summary>Returns whether an event is one that the query means.</summary>
    public static bool Matches(this EventQuery query, EventRecord stored) =>
        Is(query.TenantId, stored.TenantId)
        && Is(query.Instance, stored.Instance)
        && EventTypePattern.AnyCovers(query.EventTypes, stored.Type)
        && IsWithin(stored.CreateTime, query.CreatedAfter, query.CreatedBefore);

    private static bool Is(string? wanted, string actual) => wanted is null || string.Equals(wanted, actual, StringComparison.Ordinal);

    private static bool IsWithin(DateTimeOffset time, DateTimeOffset? after, DateTimeOffset? before) =>
        !(time < after) && !(time >= before);
}
