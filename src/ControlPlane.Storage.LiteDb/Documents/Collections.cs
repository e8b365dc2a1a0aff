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
    public const string Events = "events";

    /// <summary>By event, apart from the events, so that lists of those read none.</summary>
    public const string Payloads = "payloads";

    /// <summary>With their attempts.</summary>
    public const string Deliveries = "deliveries";

    /// <summary>Which deliveries a webhook has, up to about the last thousand of all webhooks.</summary>
    public const string DeliveryLists = "webhook_deliveries";

    /// <summary>By tenant, how many of its deliveries have not ended.</summary>
    public const string Backlog = "backlog";

    /// <summary>Those with keys to be found by.</summary>
    public static string[] WithKeys { get; } = [Tenants, ApiKeys, Webhooks, EventTypes, Redrives, Events, Deliveries];

    /// <summary>All of them.</summary>
    public static string[] All { get; } = [Meta, .. WithKeys, Payloads, DeliveryLists, Backlog];
}
