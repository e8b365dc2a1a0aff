using System.Text;
using System.Text.Json;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Hardening;
using ControlPlane.Server.Sending;

namespace ControlPlane.Server.Doors.CloudEvents;

/// <summary>Events that are JSON objects (JSON event format 1.0.2), one or a list of them.</summary>
internal static class StructuredMode
{
    private const string Json = "application/json";

    /// <summary>Reads one event.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static CloudEvent ReadOne(ReadOnlyMemory<byte> json, Violations violations)
    {
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        var one = ReadEvent(ref reader, json, violations);
        ReadEnd(ref reader);
        return one;
    }

    /// <summary>Reads a list.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="RequestException">It is longer than a batch may be.</exception>
    public static List<CloudEvent> ReadBatch(ReadOnlyMemory<byte> json, Violations violations)
    {
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        Require(reader.TokenType == JsonTokenType.StartArray);
        var events = new List<CloudEvent>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (events.Count == WireCounts.Most)
            {
                violations.Add("events", "COUNT_OUT_OF_RANGE", $"must have at most {WireCounts.Most} entries");
                violations.ThrowIfAny();
            }

            violations.Within("events", events.Count);
            events.Add(ReadEvent(ref reader, json, violations));
        }

        ReadEnd(ref reader);
        return events;
    }

    private static CloudEvent ReadEvent(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, Violations violations)
    {
        Require(reader.TokenType == JsonTokenType.StartObject);
        var attributes = new CloudEventAttributes(violations);
        (ReadOnlyMemory<byte> Bytes, string? Text)? data = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = Text(ref reader);
            reader.Read();
            if (name is not ("data" or "data_base64"))
            {
                ReadAttribute(ref reader, name, attributes, violations);
            }
            else if (data is null)
            {
                data = name == "data" ? ReadData(ref reader, json) : ReadBase64(ref reader, violations);
            }
            else
            {
                violations.Add(name, "FIELD_TWICE", "must not be set besides other data");
                reader.Skip();
            }
        }

        attributes.Check();
        // A string is itself JSON where the data is JSON, else it stands for its characters (section 3.1.1).
        var type = attributes["datacontenttype"] is { Length: > 0 } set ? set : Json;
        return new(
            attributes, data is { Text: { } text } && !JsonMediaType.Is(type) ? Encoding.UTF8.GetBytes(text) : data?.Bytes ?? default);
    }

    private static void ReadAttribute(ref Utf8JsonReader reader, string name, CloudEventAttributes attributes, Violations violations)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                // The format lets null stand for an attribute that is not set.
                break;
            case JsonTokenType.String:
                attributes.Add(name, Text(ref reader));
                break;
            case JsonTokenType.True or JsonTokenType.False or JsonTokenType.Number:
                attributes.Add(name, Encoding.UTF8.GetString(reader.ValueSpan));
                break;
            default:
                violations.Add(name, "WRONG_TYPE", "must be a string, a number, true or false");
                reader.Skip();
                break;
        }
    }

    private static (ReadOnlyMemory<byte> Bytes, string? Text) ReadData(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        var text = reader.TokenType == JsonTokenType.String ? Text(ref reader) : null;
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return (json[start..(int)reader.BytesConsumed], text);
    }

    private static (ReadOnlyMemory<byte> Bytes, string? Text) ReadBase64(ref Utf8JsonReader reader, Violations violations)
    {
        if (reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes))
        {
            return (bytes, null);
        }

        violations.Add("data_base64", "WRONG_TYPE", "must be a string in base64");
        reader.Skip();
        return default;
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("A string holds an escape that is not valid Unicode.", e);
        }
    }

    private static void ReadEnd(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
        }
    }

    private static void Require(bool shape)
    {
        if (!shape)
        {
            throw new JsonException();
        }
    }
}
