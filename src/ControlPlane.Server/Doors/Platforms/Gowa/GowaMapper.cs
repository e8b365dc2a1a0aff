using ControlPlane.V1;

namespace ControlPlane.Server.Doors.Platforms.Gowa;

/// <summary>Between this platform's webhooks and those of this API.</summary>
internal static class GowaMapper
{
    private const string Name = "gowa";
    private const string EveryEvent = "*";

    /// <summary>A new webhook.</summary>
    public static Webhook ToNew(BodyFields body)
    {
        body.Require("url");
        var webhook = new Webhook { Dialect = Name, RetryPolicy = new() { Preset = Name } };
        Read(body, webhook);
        return webhook;
    }

    /// <summary>A change of the fields that are there, and their paths.</summary>
    public static (Webhook Change, IReadOnlyList<string> Paths) ToChange(BodyFields body)
    {
        var (webhook, paths) = (new Webhook(), new List<string>());
        Read(body, webhook);
        if (body.Flag("active") is { } active)
        {
            webhook.Enabled = active;
            paths.Add("enabled");
        }

        if (webhook.Url.Length > 0)
        {
            paths.Add("url");
        }

        if (body.Has("events"))
        {
            paths.Add("event_types");
        }

        return (webhook, paths);
    }

    /// <summary>The caller's own secret; empty if there is none.</summary>
    public static string Secret(BodyFields body) => body.Text("secret") ?? "";

    public static GowaCreated ToCreated(Webhook webhook) =>
        new(webhook.Number, webhook.Url, webhook.Enabled, webhook.EventTypes, PlatformTimes.Seconds(webhook.CreateTime));

    public static GowaWebhook ToJson(Webhook webhook) =>
        new(webhook.Number, webhook.Url, webhook.EventTypes, webhook.Enabled, PlatformTimes.Seconds(webhook.CreateTime));

    public static GowaLog ToJson(Delivery delivery) => new(
        delivery.Id,
        delivery.EventType,
        PlatformDeliveryMapper.Status(delivery),
        delivery.AttemptCount,
        delivery.LastStatusCode,
        PlatformTimes.Seconds(delivery.CreateTime),
        PlatformDeliveryMapper.DeliverTime(delivery) is { } time ? PlatformTimes.Seconds(time) : null);

    /// <summary>Without events it receives all.</summary>
    private static void Read(BodyFields body, Webhook webhook)
    {
        webhook.Url = body.Text("url") ?? "";
        webhook.EventTypes.Add(body.Texts("events") is { Count: > 0 } events ? events : [EveryEvent]);
    }
}
