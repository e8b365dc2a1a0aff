using System.Text;
using System.Text.Json;
using ControlPlane.Server.Sending;
using ControlPlane.V1;

namespace ControlPlane.Server.Doors.Platforms.WaHooks;

/// <summary>Between WAHooks' webhooks and those of this API.</summary>
internal static class WaHooksMapper
{
    private const string Name = "wahooks";
    private const string EveryEvent = "*";

    /// <summary>A new webhook of a connection; without events it receives all.</summary>
    public static Webhook ToNew(BodyFields body, string connectionId)
    {
        body.Require("url");
        return new()
        {
            Url = body.Text("url") ?? "",
            EventTypes = { body.Texts("events") ?? [EveryEvent] },
            Instances = { connectionId },
            Dialect = Name,
            RetryPolicy = new() { Preset = Name },
        };
    }

    /// <summary>A change of the fields that are there, and their paths.</summary>
    public static (Webhook Change, IReadOnlyList<string> Paths) ToChange(BodyFields body, string webhookId)
    {
        var (webhook, paths) = (new Webhook { Id = webhookId }, new List<string>());
        if (body.Text("url") is { } url)
        {
            webhook.Url = url;
            paths.Add("url");
        }

        if (body.Texts("events") is { } events)
        {
            webhook.EventTypes.Add(events);
            paths.Add("event_types");
        }

        if (body.Flag("active") is { } active)
        {
            webhook.Enabled = active;
            paths.Add("enabled");
        }

        return (webhook, paths);
    }

    public static WaHooksWebhook ToJson(Webhook webhook, string? secret = null) => new(
        webhook.Id,
        webhook.Instances.FirstOrDefault(),
        webhook.Url,
        webhook.EventTypes,
        secret,
        webhook.Enabled,
        PlatformTimes.Milliseconds(webhook.CreateTime),
        PlatformTimes.Milliseconds(webhook.UpdateTime));

    public static WaHooksLog ToJson(Delivery delivery, Event? source) => new(
        delivery.Id,
        delivery.EventType,
        source is { Payload.IsEmpty: false } ? PayloadOf(source) : null,
        PlatformDeliveryMapper.Status(delivery),
        delivery.AttemptCount,
        PlatformDeliveryMapper.DeliverTime(delivery) is { } time ? PlatformTimes.Milliseconds(time) : null,
        PlatformTimes.Milliseconds(delivery.CreateTime));

    /// <summary>Another content type than JSON cannot be sent in this dialect, so its text is for people.</summary>
    private static JsonElement PayloadOf(Event source) => JsonMediaType.Is(source.ContentType.Length > 0 ? source.ContentType : JsonContent.Type)
        ? JsonElement.Parse(source.Payload.Span)
        : JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(source.Payload.Span), WaHooksJson.Instance.String);
}
