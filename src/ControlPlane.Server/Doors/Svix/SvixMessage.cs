using System.Text.Json.Nodes;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>A message of Svix's and an event of this API.</summary>
internal static class SvixMessage
{
    private const int MostChannels = 5;

    /// <summary>How many messages are listed at once with their payloads.</summary>
    private const int MostWithContent = 10;

    /// <summary>How many are listed at once.</summary>
    public static int Limit(int asked, bool withContent) => withContent ? Math.Min(asked, MostWithContent) : asked;

    /// <summary>Reads a message. The idempotency key counts where it has no id of the caller's.</summary>
    public static Event Read(BodyFields body, string idempotencyKey)
    {
        body.Require("eventType");
        var id = body.Text("eventId") ?? "";
        var message = new Event
        {
            Id = id,
            // The id again, by which it is known that the caller chose it.
            IdempotencyKey = id.Length > 0 ? id : idempotencyKey,
            Type = body.Text("eventType") ?? "",
        };
        if (SvixBodies.ReadChannels(body, MostChannels) is { } channels)
        {
            message.Labels.Add(SvixBodies.Channels, channels);
        }

        ReadPayload(body, message);
        body.NotTaken("payloadRetentionPeriod", "is not supported: payloads are kept for as long as the server is set to keep them");
        body.NotTaken("payloadRetentionHours", "is not supported: payloads are kept for as long as the server is set to keep them");
        body.NotTaken("tags", "is not supported: use channels");
        body.NotTaken("deliverAt", "is not supported: messages are sent at once");
        return message;
    }

    /// <summary>Shows a message; without its payload <c>{}</c> stands there.</summary>
    public static JsonObject Show(Event message, bool withContent) => new()
    {
        ["eventId"] = message.IdempotencyKey == message.Id ? message.Id : null,
        ["eventType"] = message.Type,
        ["payload"] = withContent ? SvixText.Payload(message.Payload.Span) : new JsonObject(),
        ["channels"] = SvixBodies.ShowChannels(message.Labels),
        ["id"] = message.Id,
        ["timestamp"] = SvixText.Time(message.CreateTime),
    };

    /// <summary>Whether a message is in a channel; in any if none is asked for.</summary>
    public static bool IsIn(Event message, string? channel) =>
        channel is null || (message.Labels.TryGetValue(SvixBodies.Channels, out var channels) && channels.Split(',').Contains(channel));

    /// <summary>An object, or with <c>transformationsParams.rawPayload</c> any text with its content type.</summary>
    private static void ReadPayload(BodyFields body, Event message)
    {
        var name = body.Has("payload") || !body.Has("data") ? "payload" : "data";
        body.Require(name);
        message.Payload = ByteString.CopyFrom(SvixText.Compact(body.Raw(name)));
        if (body.Object("transformationsParams") is not { } raw)
        {
            return;
        }

        if (raw.Text("rawPayload") is { } text)
        {
            message.Payload = ByteString.CopyFromUtf8(text);
        }

        foreach (var (header, value) in raw.Map("headers") ?? [])
        {
            if (header.Equals("content-type", StringComparison.OrdinalIgnoreCase))
            {
                message.ContentType = value;
            }
            else
            {
                raw.Note($"headers[\"{header}\"]", "NOT_SUPPORTED", "is not supported of a message: only content-type is; set headers of the endpoint");
            }
        }

        raw.End();
    }
}
