namespace ControlPlane.Storage.LiteDb;

/// <summary>The collections of a store. Part of the stored format.</summary>
internal static class Collections
{
    /// <summary>One document: what the store is, and its counters.</summary>
    public const string Meta = "meta";

    public const string Tenants = "tenants";
    public const string ApiKeys = "api_keys";
    public const string Webhooks = "webhooks";
    public const string EventTypes = "event_types";
    public const string Redrives = "redrives";
    public const string Audit = "audit_events";
    public const string Events = "events";

    /// <summary>By event, apart from the events, so that lists of those read none.</summary>
    public const string Payloads = "payloads";

    /// <summary>With their attempts.</summary>
    public const string Deliveries = "deliveries";

    /// <summary>By revision, one for each transaction: which deliveries it changed.</summary>
    public const string Changes = "changes";

    /// <summary>Which events a tenant has, but for the newest of all tenants.</summary>
    public const string EventLists = "tenant_events";

    /// <summary>Which deliveries a webhook has, but for the newest of all webhooks.</summary>
    public const string DeliveryLists = "webhook_deliveries";

    /// <summary>Ids of events and of deliveries, some thousands in each, but for the newest.</summary>
    public const string Ids = "ids";

    /// <summary>By tenant, how many of its deliveries have not ended; by webhook, how many wait.</summary>
    public const string Backlog = "backlog";

    /// <summary>By turn, what the latest transactions changed in the one before and the one after this.</summary>
    public const string RecentCounts = "recent_counts";

    /// <summary>By webhook or tenant and minute, how attempts ended.</summary>
    public const string StatsMinutes = "stats_minutes";

    /// <summary>The same by hour.</summary>
    public const string StatsHours = "stats_hours";

    /// <summary>By their first position, deliveries of large appends that are yet to be stored.</summary>
    public const string Slices = "slices";

    /// <summary>Those with keys to be found by.</summary>
    public static string[] WithKeys { get; } = [Tenants, ApiKeys, Webhooks, EventTypes, Redrives, Audit, Events, Deliveries];

    /// <summary>All of them.</summary>
    public static string[] All { get; } = [Meta, .. WithKeys, Payloads, Changes, EventLists, DeliveryLists, Ids, Backlog, RecentCounts, StatsMinutes, StatsHours, Slices];
}
