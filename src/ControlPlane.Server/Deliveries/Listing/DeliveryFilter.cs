using ControlPlane.Server.Catalog;
using ControlPlane.Storage;

namespace ControlPlane.Server.Deliveries.Listing;

/// <summary>Which deliveries a list, watch or redrive is about; null and empty mean any.</summary>
internal sealed record DeliveryFilter(
    string? TenantId,
    string? WebhookId,
    string? EventId,
    IReadOnlyList<DeliveryState> States,
    IReadOnlyList<string> EventTypes,
    string? Instance,
    DateTimeOffset? CreatedAfter,
    DateTimeOffset? CreatedBefore)
{
    public bool Matches(DeliveryRecord delivery) =>
        Is(TenantId, delivery.TenantId)
        && Is(WebhookId, delivery.WebhookId)
        && Is(EventId, delivery.EventId)
        && Is(Instance, delivery.Instance)
        && (States.Count == 0 || States.Contains(delivery.State))
        && (EventTypes.Count == 0 || EventTypes.Any(pattern => SubscriptionIndex.Covers(pattern, delivery.EventType)))
        && !(delivery.CreateTime < CreatedAfter)
        && !(delivery.CreateTime >= CreatedBefore);

    public DeliveryQuery ToQuery(long? before, int limit) => new()
    {
        TenantId = TenantId,
        WebhookId = WebhookId,
        EventId = EventId,
        States = States,
        EventTypes = EventTypes,
        Instance = Instance,
        CreatedAfter = CreatedAfter,
        CreatedBefore = CreatedBefore,
        Before = before,
        Limit = limit,
    };

    public DeliverySelection ToSelection() => new()
    {
        TenantId = TenantId,
        WebhookId = WebhookId,
        EventId = EventId,
        States = States,
        EventTypes = EventTypes,
        Instance = Instance,
        CreatedAfter = CreatedAfter,
        CreatedBefore = CreatedBefore,
    };

    private static bool Is(string? wanted, string actual) => wanted is null || string.Equals(wanted, actual, StringComparison.Ordinal);
}
