using System.Collections;
using System.Globalization;
using ControlPlane.Storage;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Access;

/// <summary>
/// What differs between two messages of the contract, field by field, as the audit log keeps it: without secrets, and without what
/// a store gives each resource anew.
/// </summary>
internal static class FieldChanges
{
    /// <summary>A longer value is cut.</summary>
    public const int LongestValue = 1_024;

    private const string Mask = "***";

    /// <summary>Where a resource is named elsewhere in the entry, or changes with every change.</summary>
    private static readonly HashSet<string> Unmentioned =
        ["id", "tenant_id", "number", "etag", "create_time", "update_time", "last_use_time", "platform"];

    /// <summary>That they changed is said, and no more.</summary>
    private static readonly HashSet<string> Secret = ["secrets", "headers", "private_key", "client_secret"];

    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    /// <param name="before">The resource before; null if it is new.</param>
    /// <param name="after">The resource after.</param>
    public static List<AuditChange> Between(IMessage? before, IMessage after)
    {
        var changes = new List<AuditChange>();
        Add(changes, "", before, after, after.Descriptor);
        return changes;
    }

    private static void Add(List<AuditChange> changes, string prefix, IMessage? before, IMessage? after, MessageDescriptor type)
    {
        foreach (var field in type.Fields.InDeclarationOrder().Where(field => prefix.Length > 0 || !Unmentioned.Contains(field.Name)))
        {
            var (old, now) = (Value(field, before), Value(field, after));
            if (IsMessage(field))
            {
                Add(changes, $"{prefix}{field.Name}.", (IMessage?)old, (IMessage?)now, field.MessageType);
            }
            else if (!Same(old ?? Default(field), now ?? Default(field)))
            {
                changes.Add(Secret.Contains(field.Name)
                    ? new(prefix + field.Name, null, null)
                    : new(prefix + field.Name, Show(field, old), Show(field, now)));
            }
        }
    }

    /// <summary>Whether its own fields are compared, and not the message as one value.</summary>
    private static bool IsMessage(FieldDescriptor field) =>
        !field.IsRepeated && field.FieldType == FieldType.Message && field.MessageType.File.Package != "google.protobuf";

    private static object? Value(FieldDescriptor field, IMessage? message) =>
        message is null || (field.HasPresence && !field.Accessor.HasValue(message)) ? null : field.Accessor.GetValue(message);

    /// <summary>What a field without presence has if it was not set.</summary>
    private static object? Default(FieldDescriptor field) => field.HasPresence || field.ContainingType.Parser is not { } parser
        ? null
        : field.Accessor.GetValue(parser.ParseFrom(ByteString.Empty));

    private static bool Same(object? one, object? other) => one is IDictionary map && other is IDictionary also
        ? map.Count == also.Count && map.Keys.Cast<object>().All(key => also.Contains(key) && Equals(map[key], also[key]))
        : Equals(one, other);

    private static string? Show(FieldDescriptor field, object? value)
    {
        if (value is null or "" or ICollection { Count: 0 })
        {
            return null;
        }

        using var text = new StringWriter(CultureInfo.InvariantCulture);
        Json.WriteValue(text, field.Name is "url" or "token_url" ? Masked((string)value) : value);
        var json = text.ToString();
        return json.Length <= LongestValue ? json : json[..LongestValue];
    }

    /// <summary>Without what can be a credential: what is before the host, and values in the query.</summary>
    private static string Masked(string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        var (address, rest) = query < 0 ? (url, "") : (url[..query], url[(query + 1)..]);
        if (address.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme
            && address.IndexOf('@', scheme) is >= 0 and var at && address.IndexOf('/', scheme + 3) is var path && (path < 0 || at < path))
        {
            address = $"{address[..(scheme + 3)]}{Mask}{address[at..]}";
        }

        return rest.Length == 0
            ? address
            : $"{address}?{string.Join('&', rest.Split('&').Select(part => part.Contains('=', StringComparison.Ordinal) ? $"{part.Split('=')[0]}={Mask}" : Mask))}";
    }
}
