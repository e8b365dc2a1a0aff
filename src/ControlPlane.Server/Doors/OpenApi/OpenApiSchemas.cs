using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Doors.OpenApi;

/// <summary>The schemas of messages in the JSON form of protobuf. Those that others refer to are collected.</summary>
internal sealed class OpenApiSchemas
{
    private readonly SortedDictionary<string, JsonObject> _components = new(StringComparer.Ordinal);

    /// <summary>Returns the collected schemas by their names.</summary>
    public JsonObject Components() => new(_components.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value)));

    /// <summary>Returns a reference to a message's schema.</summary>
    public JsonObject Reference(MessageDescriptor type)
    {
        var name = NameOf(type);
        if (!_components.ContainsKey(name))
        {
            // Before its fields, of which one can be of the same type.
            var schema = _components[name] = [];
            foreach (var (key, value) in Message(type, _ => true).ToList())
            {
                schema[key] = value?.DeepClone();
            }
        }

        return new() { ["$ref"] = $"#/components/schemas/{name}" };
    }

    /// <summary>Returns the schema of a message with some of its fields.</summary>
    public JsonObject Message(MessageDescriptor type, Predicate<FieldDescriptor> has)
    {
        var properties = new JsonObject();
        foreach (var field in type.Fields.InDeclarationOrder().Where(field => has(field)))
        {
            properties[field.JsonName] = Field(field);
        }

        var schema = new JsonObject { ["type"] = "object" };
        if (Describe(type) is { Length: > 0 } description)
        {
            schema["description"] = description;
        }

        if (properties.Count > 0)
        {
            schema["properties"] = properties;
        }

        return schema;
    }

    /// <summary>Returns the schema of a field.</summary>
    public JsonObject Field(FieldDescriptor field)
    {
        var value = field.IsMap ? new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(field.MessageType.FindFieldByName("value")) }
            : field.IsRepeated ? new JsonObject { ["type"] = "array", ["items"] = Value(field) }
            : Value(field);
        if (Comments.Of(field.Declaration) is { Length: > 0 } description)
        {
            value["description"] = description;
        }

        return value;
    }

    private static string NameOf(MessageDescriptor type) =>
        type.ContainingType is { } outer ? $"{NameOf(outer)}.{type.Name}" : type.Name;

    private static string Describe(MessageDescriptor type)
    {
        var alternatives = type.Oneofs.Where(oneof => !oneof.IsSynthetic)
            .Select(oneof => $"At most one of {string.Join(", ", oneof.Fields.Select(field => $"`{field.JsonName}`"))} is set.");
        return string.Join("\n\n", [.. new[] { Comments.Of(type.Declaration) }.Where(text => text.Length > 0), .. alternatives]);
    }

    private JsonObject Value(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Bool => new() { ["type"] = "boolean" },
        FieldType.Bytes => new() { ["type"] = "string", ["contentEncoding"] = "base64" },
        FieldType.Double or FieldType.Float => new() { ["type"] = "number", ["format"] = "double" },
        FieldType.Enum => Enumeration(field.EnumType),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 or FieldType.UInt64 or FieldType.Fixed64 =>
            new() { ["type"] = "string", ["format"] = "int64" },
        FieldType.String => new() { ["type"] = "string" },
        FieldType.Message => Nested(field.MessageType),
        _ => new() { ["type"] = "integer", ["format"] = "int32" },
    };

    private JsonObject Nested(MessageDescriptor type) =>
        type.FullName == Timestamp.Descriptor.FullName ? new() { ["type"] = "string", ["format"] = "date-time" }
        : type.FullName == Duration.Descriptor.FullName ? new() { ["type"] = "string", ["pattern"] = "^-?[0-9]+(\\.[0-9]{1,9})?s$" }
        : type.FullName == FieldMask.Descriptor.FullName ? new() { ["type"] = "string" }
        : Reference(type);

    private JsonObject Enumeration(EnumDescriptor type)
    {
        if (!_components.ContainsKey(type.Name))
        {
            var values = type.Values.Select(value => $"- `{value.Name}`: {Comments.Of(value.Declaration)}");
            _components[type.Name] = new()
            {
                ["type"] = "string",
                ["description"] = $"{Comments.Of(type.Declaration)}\n\n{string.Join('\n', values)}",
                ["enum"] = new JsonArray([.. type.Values.Select(value => (JsonNode)value.Name)]),
            };
        }

        return new() { ["$ref"] = $"#/components/schemas/{type.Name}" };
    }
}
