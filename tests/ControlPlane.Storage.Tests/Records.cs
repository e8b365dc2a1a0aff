namespace ControlPlane.Storage.Tests;

/// <summary>Records to test with.</summary>
internal static class Records
{
    public static readonly DateTimeOffset Time = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static DeliveryRecord Delivery(DeliveryState state = DeliveryState.InFlight) => new()
    {
        Id = "dlv_1",
        EventId = "evt_1",
        WebhookId = "wh_1",
        TenantId = TenantRecord.DefaultId,
        EventType = "order.paid",
        Instance = "eu",
        State = state,
        Trigger = DeliveryTrigger.Publish,
        Revision = 1,
        Fence = 1,
        RoundStartTime = Time,
        CreateTime = Time,
        UpdateTime = Time,
    };

    public static WebhookRecord Webhook(string id = "wh_1") => new()
    {
        Id = id,
        TenantId = TenantRecord.DefaultId,
        Url = "https://hooks.example.com/in",
        EventTypes = ["*"],
        Dialect = "standard-webhooks",
        Secrets = [],
        CreateTime = Time,
        UpdateTime = Time,
    };
}
