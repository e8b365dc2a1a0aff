using System.Globalization;
using System.Text.Json;
using ControlPlane.Cli.Errors;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Commands.Events;

/// <summary>Reads events from lines of JSON. A <c>data</c> value becomes the payload byte for byte as it stands in the line.</summary>
internal static class EventLines
{
    /// <exception cref="UsageException">A line cannot be read; it is named by its number.</exception>
    public static IReadOnlyList<Event> Parse(ReadOnlySpan<byte> text, string tenantId)
    {
        var events = new List<Event>();
        var number = 0;
        text = text.StartsWith("\uFEFF"u8) ? text[3..] : text;
        while (!text.IsEmpty)
        {
            number++;
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            if (line.Trim(" \t\r"u8).IsEmpty)
            {
                continue;
            }

            try
            {
                var one = ParseLine(line);
                one.TenantId = one.TenantId.Length > 0 ? one.TenantId : tenantId;
                events.Add(one);
            }
            catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
            {
                throw new UsageException($"Line {number} is not an event: {e.Message}");
            }
        }

        return events;
    }

    private static Event ParseLine(ReadOnlySpan<byte> line)
    {
        var (parsed, bodies) = (new Event(), 0);
        var reader = new Utf8JsonReader(line);
        reader.Read();
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            throw new JsonException("it is not a JSON object");
        }

        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "data":
                    parsed.Payload = Raw(ref reader, line);
                    bodies++;
                    break;
                case "payload":
                    parsed.Payload = ByteString.CopyFrom(reader.GetBytesFromBase64());
                    bodies++;
                    break;
                case "labels":
                    ReadLabels(ref reader, parsed);
                    break;
                default:
                    Set(parsed, name, reader.GetString() ?? "");
                    break;
            }
        }

        // Anything after the object is not white space: the reader fails here.
        reader.Read();
        return bodies == 1 ? parsed : throw new JsonException("it needs either data or payload");
    }

    private static ByteString Raw(ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return ByteString.CopyFrom(line[start..(int)reader.BytesConsumed]);
    }

    private static void ReadLabels(ref Utf8JsonReader reader, Event parsed)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            throw new JsonException("labels is not an object");
        }

        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            parsed.Labels[key] = reader.GetString() ?? "";
        }
    }

    private static void Set(Event parsed, string? name, string value)
    {
        switch (name)
        {
            case "id": parsed.Id = value; break;
            case "type": parsed.Type = value; break;
            case "instance": parsed.Instance = value; break;
            case "tenantId" or "tenant_id": parsed.TenantId = value; break;
            case "contentType" or "content_type": parsed.ContentType = value; break;
            case "idempotencyKey" or "idempotency_key": parsed.IdempotencyKey = value; break;
            case "orderingKey" or "ordering_key": parsed.OrderingKey = value; break;
            case "expireTime" or "expire_time":
                parsed.ExpireTime = Timestamp.FromDateTimeOffset(DateTimeOffset.Parse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
                break;
            // What `events get --json` prints can be published again.
            case "createTime" or "create_time" or "eraseTime" or "erase_time": break;
            default: throw new JsonException($"an event has no field \"{name}\"");
        }
    }
}
