using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Hardening;

namespace ControlPlane.Server.Doors;

/// <summary>
/// The fields of a JSON object that a door reads one by one. Whatever is of another type, there twice or never asked for is noted, so
/// that one error names all of it. A field that is null is as one that is not there, for those who do not ask <see cref="Has"/>.
/// </summary>
internal sealed class BodyFields
{
    /// <summary>A payload may be 64 deep, and has the body around it.</summary>
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 66 };

    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly Violations _violations;
    private readonly string _path;

    private BodyFields(JsonElement source, Violations violations, string path)
    {
        (_violations, _path) = (violations, path);
        foreach (var field in source.EnumerateObject())
        {
            if (_fields.Count == WireCounts.Most)
            {
                RefuseCount(path.TrimEnd('.'));
            }

            if (!_fields.TryAdd(field.Name, field.Value))
            {
                Note(field.Name, "FIELD_TWICE", "is there twice");
            }
        }
    }

    /// <summary>Reads the body of a request, which is whole; an empty one has no fields.</summary>
    /// <param name="context">The request.</param>
    /// <param name="violations">Where to note.</param>
    /// <param name="path">What stands before the names of its fields where they are noted.</param>
    /// <exception cref="RequestException">INVALID_ARGUMENT: it is no JSON object.</exception>
    public static async ValueTask<BodyFields> ReadAsync(HttpContext context, Violations violations, string path = "")
    {
        var body = context.Request.BodyReader;
        // All of it is there.
        var read = await body.ReadAsync(context.RequestAborted);
        try
        {
            if (read.Buffer.IsEmpty)
            {
                return new(JsonElement.Parse("{}"), violations, path);
            }

            JsonContent.Require(context.Request);
            return Read(read.Buffer.ToArray(), violations, path)
                ?? throw RequestErrors.NotJson($"{context.Request.Method} {ErrorText.Shorten(context.Request.Path)}", null, null);
        }
        finally
        {
            // Left where it is, for others who look for something in it.
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Whether the field is there, even as null.</summary>
    public bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>Whether the field is there and not null.</summary>
    public bool IsSet(string name) => Find(name) is not null;

    public string? Text(string name) => Find(name) is { } value ? TextOf(value, name) : null;

    public bool? Flag(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Note(name, "WRONG_TYPE", "must be true or false");
        return null;
    }

    /// <summary>A whole number of a range.</summary>
    public long? Integer(string name, long least, long most)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number))
        {
            Note(name, "WRONG_TYPE", "must be a whole number");
            return null;
        }

        if (number >= least && number <= most)
        {
            return number;
        }

        Note(name, "OUT_OF_RANGE", $"must be {least} to {most}");
        return null;
    }

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            if (value.GetArrayLength() > WireCounts.Most)
            {
                RefuseCount(_path + name);
            }

            return [.. value.EnumerateArray().Select((entry, i) => TextOf(entry, $"{name}[{i}]") ?? "")];
        }

        Note(name, "WRONG_TYPE", "must be a list of texts");
        return null;
    }

    /// <summary>An object of texts; with <paramref name="nulls"/> entries can be null.</summary>
    public Dictionary<string, string?>? Map(string name, bool nulls = false)
    {
        if (Object(name) is not { } map)
        {
            return null;
        }

        return map._fields.ToDictionary(
            entry => entry.Key,
            entry => nulls && entry.Value.ValueKind == JsonValueKind.Null ? null : TextOf(entry.Value, $"{name}[\"{entry.Key}\"]") ?? "");
    }

    /// <summary>An object as it stands there, in UTF-8.</summary>
    public ReadOnlySpan<byte> Raw(string name) => Object(name) is null ? default : JsonMarshal.GetRawUtf8Value(_fields[name]);

    /// <summary>An object, whose own fields are to be read and ended too.</summary>
    public BodyFields? Object(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        try
        {
            if (value.ValueKind == JsonValueKind.Object)
            {
                return new(value, _violations, $"{_path}{name}.");
            }
        }
        catch (InvalidOperationException)
        {
            // A name with an escape that is not valid Unicode.
        }

        Note(name, "WRONG_TYPE", "must be an object with names of valid Unicode");
        return null;
    }

    /// <summary>Notes that a required field is missing.</summary>
    public void Require(string name)
    {
        if (Find(name) is null)
        {
            Note(name, "REQUIRED", "must be set");
        }
    }

    /// <summary>Notes something else about a field.</summary>
    public void Note(string name, string reason, string message) => _violations.Add(_path + name, reason, message);

    /// <summary>Notes every field that nobody asked for.</summary>
    public void End()
    {
        foreach (var name in _fields.Keys.Where(name => !_asked.Contains(name)))
        {
            Note(name, "UNKNOWN_FIELD", "is not a field of this request");
        }
    }

    private static BodyFields? Read(byte[] json, Violations violations, string path)
    {
        try
        {
            var root = Utf8.IsValid(json) ? JsonElement.Parse(json, Deep) : default;
            return root.ValueKind == JsonValueKind.Object ? new(root, violations, path) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second: a name with an escape that is not valid Unicode.
            return null;
        }
    }

    /// <summary>The rest can be as long as the body.</summary>
    private void RefuseCount(string path)
    {
        _violations.Add(path, "COUNT_OUT_OF_RANGE", $"must have at most {WireCounts.Most} entries");
        throw _violations.ToException();
    }

    private JsonElement? Find(string name)
    {
        _asked.Add(name);
        return _fields.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private string? TextOf(JsonElement value, string name)
    {
        try
        {
            if (value.ValueKind == JsonValueKind.String)
            {
                return value.GetString();
            }
        }
        catch (InvalidOperationException)
        {
            // An escape that is not valid Unicode.
        }

        Note(name, "WRONG_TYPE", "must be a text of valid Unicode");
        return null;
    }
}
