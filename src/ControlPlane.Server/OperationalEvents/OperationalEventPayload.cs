using System.Text.Json;
using ControlPlane.Server.Catalog;
using ControlPlane.Storage;

namespace ControlPlane.Server.OperationalEvents;

/// <summary>
/// The JSON of operational events: type, time and data, since not every dialect sends the type in a header. Of a URL the host
/// only: the rest can carry credentials.
/// </summary>
internal static class OperationalEventPayload
{
    public static string TypeOf(OperationalEvent happening) => happening switch
    {
        OperationalEvent.Suspended => OperationalTypes.WebhookSuspended,
        OperationalEvent.Failing => OperationalTypes.WebhookFailing,
        OperationalEvent.Recovered => OperationalTypes.WebhookRecovered,
        OperationalEvent.CertificateExpiring => OperationalTypes.CertificateExpiring,
        OperationalEvent.Resumed => OperationalTypes.WebhookResumed,
        _ => OperationalTypes.DeliveryDead,
    };

    public static byte[] Write(OperationalEvent happening, DateTimeOffset now)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", TypeOf(happening));
            json.WriteString("timestamp", now);
            json.WriteStartObject("data");
            WriteWebhook(json, happening.Webhook);
            switch (happening)
            {
                case OperationalEvent.Suspended suspended:
                    json.WriteString("reason", Word(suspended.Webhook.StateReason));
                    if (suspended.FailingSince is { } since)
                    {
                        json.WriteString("failing_since", since);
                    }

                    json.WriteString("delivery_id", suspended.Delivery.Id);
                    WriteAttempt(json, suspended.Attempt);
                    break;
                case OperationalEvent.Failing failing:
                    json.WriteString("failing_since", failing.FailingSince);
                    json.WriteString("suspend_time", failing.SuspendTime);
                    json.WriteString("delivery_id", failing.Delivery.Id);
                    WriteAttempt(json, failing.Attempt);
                    break;
                case OperationalEvent.Recovered recovered:
                    json.WriteString("failing_since", recovered.FailingSince);
                    break;
                case OperationalEvent.CertificateExpiring expiring:
                    json.WriteString("certificate", expiring.IsClients ? "CLIENT" : "RECEIVER");
                    json.WriteString("certificate_expire_time", expiring.ExpireTime);
                    break;
                case OperationalEvent.Resumed resumed:
                    json.WriteString("reason", Word(resumed.Webhook.StateReason));
                    break;
                case OperationalEvent.Dead dead:
                    WriteDelivery(json, dead);
                    break;
                default:
                    throw new InvalidOperationException($"{happening.GetType()} has no payload.");
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

    private static void WriteDelivery(Utf8JsonWriter json, OperationalEvent.Dead dead)
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
