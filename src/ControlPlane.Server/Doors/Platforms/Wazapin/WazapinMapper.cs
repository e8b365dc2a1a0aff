using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Catalog;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Doors.Platforms.Wazapin;

/// <summary>Between Wazapin's endpoints and webhooks.</summary>
internal static class WazapinMapper
{
    private const string Dialect = "wazapin";
    private const string EveryEvent = "*";
    private const int LargestPage = 1_000;

    /// <summary>What endpoints can subscribe to, as the platform lists it.</summary>
    public static readonly IReadOnlyList<WazapinEventType> Catalogue =
        [.. BuiltInEventTypes.All.Where(type => type.Dialect == Dialect).Select(type => new WazapinEventType(type.Name, type.Description))];

    /// <summary>A new endpoint; without event types it receives all.</summary>
    public static Webhook ToNew(BodyFields body)
    {
        body.Require("url");
        var (webhook, paths) = ToChange(body, webhookId: "");
        webhook.Dialect = Dialect;
        if (!paths.Contains("event_types"))
        {
            webhook.EventTypes.Add(EveryEvent);
        }

        return webhook;
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

        if (body.Text("name") is { } name)
        {
            webhook.Name = name;
            paths.Add("name");
        }

        if (body.Texts("event_types") is { } events)
        {
            webhook.EventTypes.Add(events);
            paths.Add("event_types");
        }

        if (body.Texts("channel_ids") is { } channels)
        {
            webhook.Instances.Add(channels);
            paths.Add("instances");
        }

        if (body.Flag("enabled") is { } enabled)
        {
            webhook.Enabled = enabled;
            paths.Add("enabled");
        }

        return (webhook, paths);
    }

    /// <summary>Which deliveries a query asks for.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static ListDeliveriesRequest ToList(HttpRequest request)
    {
        var violations = new Violations();
        var query = QueryFields.Read(
            request, violations, "endpoint_id", "message_id", "event_type", "channel_id", "status", "limit", "cursor");
        var list = new ListDeliveriesRequest
        {
            WebhookId = query.Text("endpoint_id"),
            EventId = query.Text("message_id"),
            Instance = query.Text("channel_id"),
            PageSize = query.Integer("limit", 1, LargestPage) ?? 0,
            PageToken = query.Text("cursor"),
        };
        if (query.Text("event_type") is { Length: > 0 } type)
        {
            list.EventTypes.Add(type);
        }

        if (query.Text("status") is { Length: > 0 } status)
        {
            list.States.Add(PlatformDeliveryMapper.States(status));
            if (list.States.Count == 0)
            {
                violations.Add(
                    "status",
                    "UNKNOWN_VALUE",
                    $"must be {PlatformDeliveryMapper.Pending}, {PlatformDeliveryMapper.Delivered} or {PlatformDeliveryMapper.Failed}");
            }
        }

        violations.ThrowIfAny();
        return list;
    }

    public static WazapinEndpoint ToJson(Webhook webhook, string? secret = null) => new(
        webhook.Id,
        webhook.Name,
        webhook.Url,
        webhook.EventTypes,
        webhook.Instances,
        webhook.Enabled,
        secret,
        webhook.Secrets.FirstOrDefault()?.Hint,
        PlatformTimes.Milliseconds(webhook.CreateTime),
        PlatformTimes.Milliseconds(webhook.UpdateTime));

    public static WazapinDelivery ToJson(Delivery delivery) => new(
        delivery.Id,
        delivery.EventId,
        delivery.WebhookId,
        delivery.EventType,
        PlatformDeliveryMapper.Status(delivery),
        delivery.AttemptCount,
        delivery.LastStatusCode,
        Time(delivery.NextAttemptTime),
        Time(PlatformDeliveryMapper.DeliverTime(delivery)),
        PlatformTimes.Milliseconds(delivery.CreateTime));

    private static string? Time(Timestamp? time) => time is null ? null : PlatformTimes.Milliseconds(time);
}
