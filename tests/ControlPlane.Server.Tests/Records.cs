using ControlPlane.Storage;

namespace ControlPlane.Server.Tests;

/// <summary>Records to test with.</summary>
internal static class Records
{
    public static readonly DateTimeOffset Time = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static WebhookRecord Webhook(string id = "wh_1", params string[] eventTypes) => new()
    {
        Id = id,
        TenantId = TenantRecord.DefaultId,
        Url = "https://hooks.example.com/in",
        EventTypes = eventTypes.Length > 0 ? eventTypes : ["*"],
        Dialect = "standard-webhooks",
        Secrets = [],
        CreateTime = Time,
        UpdateTime = Time,
    };

    public static DeliveryRecord Delivery(string id = "dlv_1", long revision = 1) => new()
    {
        Id = id,
        EventId = "evt_1",
        WebhookId = "wh_1",
        TenantId = TenantRecord.DefaultId,
        EventType = "order.paid",
        State = DeliveryState.InFlight,
        Trigger = DeliveryTrigger.Publish,
        Revision = revision,
        Fence = 1,
        RoundStartTime = Time,
        CreateTime = Time,
        UpdateTime = Time,
    };

    public static EventRecord Event(string id = "evt_1", int payloadBytes = 2) => new()
    {
        Id = id,
        TenantId = TenantRecord.DefaultId,
        Type = "order.paid",
        Payload = new byte[payloadBytes],
        CreateTime = Time,
    };
}
