using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Hardening;
using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Doors.Json;

/// <summary>
/// Checks the JSON of a request against its message before it is parsed, so that every wrong field is named at once. The parser
/// passes over fields that it does not know, ends at the first that is of another type, and takes lists of any length.
/// </summary>
internal ref struct JsonBody
{
    private readonly Violations _violations;
    private readonly Stack<string> _path = new();
    private Utf8JsonReader _reader;

    private JsonBody(ReadOnlySequence<byte> json, Violations violations)
    {
        _reader = new(json);
        _violations = violations;
    }

    /// <summary>Notes every field that is unknown, there twice or of the wrong type.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static void Check(ReadOnlySequence<byte> json, MessageDescriptor type, Violations violations)
    {
        var body = new JsonBody(json, violations);
        body._reader.Read();
        if (body._reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException();
        }

        body.CheckMessage(type);
        // To the end: what stands behind the object is no JSON either.
        while (body._reader.Read())
        {
        }
    }

    private void CheckMessage(MessageDescriptor type)
    {
        var seen = new List<FieldDescriptor>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var name = Text();
            _reader.Read();
            _path.Push(name ?? "");
            if (name is null || FieldNames.Find(type, name) is not { } field)
            {
                Refuse("UNKNOWN_FIELD", "is not a field of this message");
                _reader.Skip();
            }
            else
            {
                _path.Pop();
                _path.Push(field.Name);
                NoteTwice(field, seen);
                CheckField(field);
            }

            _path.Pop();
        }
    }

    private readonly void NoteTwice(FieldDescriptor field, List<FieldDescriptor> seen)
    {
        if (seen.Contains(field))
        {
            Refuse("FIELD_TWICE", "is there twice");
        }
        else if (_reader.TokenType != JsonTokenType.Null || field.RealContainingOneof is not null)
        {
            // Of several the library takes one, be the others null.
            if (field.RealContainingOneof is { } oneof && seen.Exists(other => other.RealContainingOneof == oneof))
            {
                Refuse("ONE_OF_SEVERAL", "excludes another field that is set");
            }

            seen.Add(field);
        }
    }

    private void CheckField(FieldDescriptor field)
    {
        // The library cannot take null for a list or a map, and has no words for it.
        if (_reader.TokenType == JsonTokenType.Null && !field.IsRepeated)
        {
            return;
        }

        if (field.IsMap)
        {
            CheckMap(field);
        }
        else if (field.IsRepeated)
        {
            CheckList(field);
        }
        else
        {
            CheckValue(field);
        }
    }

    private void CheckMap(FieldDescriptor field)
    {
        if (!Opens(JsonTokenType.StartObject, "an object"))
        {
            return;
        }

        var value = field.MessageType.FindFieldByName("value");
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var key = Text();
            if (key is null)
            {
                Refuse("WRONG_TYPE", "must have keys of valid Unicode");
            }

            _path.Push($"[\"{key}\"]");
            _reader.Read();
            CheckValue(value);
            _path.Pop();
        }
    }

    private void CheckList(FieldDescriptor field)
    {
        if (!Opens(JsonTokenType.StartArray, "a list"))
        {
            return;
        }

        var count = 0;
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (field.FieldType == FieldType.Message && count == WireCounts.Most)
            {
                Refuse("COUNT_OUT_OF_RANGE", $"must have at most {WireCounts.Most} entries");
                // The rest can be as long as the body.
                _violations.ThrowIfAny();
            }

            _path.Push($"[{count.ToString(CultureInfo.InvariantCulture)}]");
            CheckValue(field);
            _path.Pop();
            count++;
        }
    }

    private void CheckValue(FieldDescriptor field)
    {
        if (field.FieldType == FieldType.Message && !FieldText.IsText(field.MessageType))
        {
            if (Opens(JsonTokenType.StartObject, "an object"))
            {
                CheckMessage(field.MessageType);
            }

            return;
        }

        if (!IsRight(field))
        {
            Refuse("WRONG_TYPE", $"must be {FieldText.Describe(field)}");
            _reader.Skip();
        }
    }

    private readonly bool IsRight(FieldDescriptor field) => _reader.TokenType switch
    {
        JsonTokenType.True or JsonTokenType.False => field.FieldType == FieldType.Bool,
        JsonTokenType.Number => field.FieldType switch
        {
            FieldType.Double or FieldType.Float => _reader.TryGetDouble(out var number) && double.IsFinite(number),
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 or FieldType.Enum => _reader.TryGetInt32(out _),
            FieldType.UInt32 or FieldType.Fixed32 => _reader.TryGetUInt32(out _),
            FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => _reader.TryGetInt64(out _),
            FieldType.UInt64 or FieldType.Fixed64 => _reader.TryGetUInt64(out _),
            _ => false,
        },
        JsonTokenType.String => field.FieldType switch
        {
            FieldType.Bytes => IsBase64(),
            FieldType.String or FieldType.Enum or FieldType.Message
                or FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 or FieldType.UInt64 or FieldType.Fixed64
                => Text() is { } text && FieldText.IsRight(field, text),
            FieldType.Double or FieldType.Float => Text() is "NaN" or "Infinity" or "-Infinity",
            _ => false,
        },
        _ => false,
    };

    private readonly bool IsBase64()
    {
        try
        {
            return _reader.TryGetBytesFromBase64(out _);
        }
        catch (InvalidOperationException)
        {
            // An escape that is not valid Unicode.
            return false;
        }
    }

    /// <summary>The name or text that the reader is at; null if it is not valid Unicode.</summary>
    private readonly string? Text()
    {
        try
        {
            return _reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private bool Opens(JsonTokenType wanted, string what)
    {
        if (_reader.TokenType == wanted)
        {
            return true;
        }

        Refuse("WRONG_TYPE", $"must be {what}");
        _reader.Skip();
        return false;
    }

    private readonly void Refuse(string reason, string message) =>
        _violations.Add(string.Join('.', _path.Reverse()).Replace(".[", "[", StringComparison.Ordinal), reason, message);
}
