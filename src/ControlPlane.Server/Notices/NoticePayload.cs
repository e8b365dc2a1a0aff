using System.Text.Json;
using ControlPlane.Server.Catalog;
using ControlPlane.Storage;

namespace ControlPlane.Server.Notices;

/// <summary>
/// The JSON of operational events: type, time and data, since not every dialect sends the type in a header. Of a URL the host
/// only: the rest can carry credentials.
/// </summary>
internal static class NoticePayload
{
    public static string TypeOf(Notice notice) => notice switch
    {
        Notice.Suspended => OperationalTypes.WebhookSuspended,
        Notice.Resumed => OperationalTypes.WebhookResumed,
        _ => OperationalTypes.DeliveryDead,
    };

    public static byte[] Write(Notice notice, DateTimeOffset now)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", TypeOf(notice));
            json.WriteString("timestamp", now);
            json.WriteStartObject("data");
            WriteWebhook(json, notice.Webhook);
            switch (notice)
            {
                case Notice.Suspended suspended:
                    json.WriteString("reason", Word(suspended.Webhook.StateReason));
                    if (suspended.FailingSince is { } since)
                    {
                        json.WriteString("failing_since", since);
                    }

                    json.WriteString("delivery_id", suspended.Delivery.Id);
                    WriteAttempt(json, suspended.Attempt);
                    break;
                case Notice.Resumed resumed:
                    json.WriteString("reason", Word(resumed.Webhook.StateReason));
                    break;
                case Notice.Dead dead:
                    WriteDelivery(json, dead);
                    break;
                default:
                    throw new InvalidOperationException($"{notice.GetType()} has no payload.");
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>The API's name of an enum value without its type's prefix: ADDRESS_BLOCKED.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());

    private static void WriteWebhook(Utf8JsonWriter json, WebhookRecord webhook)
    {
        json.WriteString("tenant_id", webhook.TenantId);
        json.WriteString("webhook_id", webhook.Id);
        json.WriteString("webhook_name", webhook.Name);
        json.WriteString("webhook_external_id", webhook.ExternalId);
        json.WriteString("webhook_host", new Uri(webhook.Url).Host);
    }

    private static void WriteDelivery(Utf8JsonWriter json, Notice.Dead dead)
    {
        json.WriteString("delivery_id", dead.Delivery.Id);
        json.WriteString("event_id", dead.Delivery.EventId);
        json.WriteString("event_type", dead.Delivery.EventType);
        json.WriteString("instance", dead.Delivery.Instance);
        json.WriteString("create_time", dead.Delivery.CreateTime);
        json.WriteString("end_reason", Word(dead.Reason));
        json.WriteNumber("attempt_count", dead.Delivery.AttemptCount + 1);
        WriteAttempt(json, dead.Attempt);
    }

    private static void WriteAttempt(Utf8JsonWriter json, AttemptRecord attempt)
    {
        json.WriteNumber("last_status_code", attempt.StatusCode);
        json.WriteString("last_failure", Word(attempt.Failure));
    }
}
