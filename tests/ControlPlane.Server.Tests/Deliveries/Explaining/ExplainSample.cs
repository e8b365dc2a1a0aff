using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Deliveries.Explaining;

/// <summary>A webhook and a delivery to be explained, to be changed in one place.</summary>
internal static class ExplainSample
{
    public static DateTimeOffset Now { get; } = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static WebhookRecord Webhook { get; } = new()
    {
        Id = "wh_1",
        TenantId = "default",
        Url = "https://example.com/",
        EventTypes = ["message.new"],
        Dialect = "standard-webhooks",
        Secrets = [],
        RetryPolicy = new() { Preset = "wahooks" },
        CreateTime = Now.AddDays(-1),
        UpdateTime = Now.AddDays(-1),
    };

    public static DeliveryRecord Delivery { get; } = new()
    {
        Id = "dlv_1",
        EventId = "evt_1",
        WebhookId = "wh_1",
        TenantId = "default",
        EventType = "message.new",
        State = DeliveryState.Pending,
        Trigger = DeliveryTrigger.Publish,
        NextAttemptTime = Now,
        RoundStartTime = Now,
        CreateTime = Now,
        UpdateTime = Now,
    };
}
