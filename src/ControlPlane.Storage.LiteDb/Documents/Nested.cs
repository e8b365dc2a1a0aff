using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Records as documents within documents, with the names that they have as JSON.</summary>
internal static class Nested
{
    /// <summary>The one field of a map whose names cannot be those of fields: LiteDB's are the same whatever their case.</summary>
    private const string Pairs = "$pairs";

    public static BsonValue Write<T>(T record, JsonTypeInfo<T> type) => ToBson(System.Text.Json.JsonSerializer.SerializeToElement(record, type));

    public static T Read<T>(BsonValue value, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, value);
        }

        return System.Text.Json.JsonSerializer.Deserialize(buffer.WrittenSpan, type)!;
    }

    private static BsonValue ToBson(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return HasFieldNames(element)
                    ? new BsonDocument(element.EnumerateObject().ToDictionary(property => property.Name, property => ToBson(property.Value)))
                    : new BsonDocument
                    {
                        [Pairs] = new BsonArray(element.EnumerateObject().SelectMany(property => new BsonValue[] { property.Name, ToBson(property.Value) })),
                    };
            case JsonValueKind.Array:
                return new BsonArray(element.EnumerateArray().Select(ToBson));
            case JsonValueKind.String:
                return element.GetString();
            case JsonValueKind.Number:
                return element.TryGetInt64(out var number) ? new BsonValue(number) : new BsonValue(element.GetDouble());
            case JsonValueKind.True or JsonValueKind.False:
                return element.GetBoolean();
            default:
                return BsonValue.Null;
        }
    }

    private static void Write(Utf8JsonWriter writer, BsonValue value)
    {
        switch (value.Type)
        {
            case BsonType.Document:
                writer.WriteStartObject();
                foreach (var (name, field) in Fields(value.AsDocument))
                {
                    writer.WritePropertyName(name);
                    Write(writer, field);
                }

                writer.WriteEndObject();
                break;
            case BsonType.Array:
                writer.WriteStartArray();
                foreach (var item in value.AsArray)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case BsonType.String:
                writer.WriteStringValue(value.AsString);
                break;
            case BsonType.Int32 or BsonType.Int64:
                writer.WriteNumberValue(value.AsInt64);
                break;
            case BsonType.Double:
                writer.WriteNumberValue(value.AsDouble);
                break;
            case BsonType.Boolean:
                writer.WriteBooleanValue(value.AsBoolean);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static bool HasFieldNames(JsonElement element)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return element.EnumerateObject().All(
            property => property.Name.Length > 0 && property.Name != Pairs && !property.Name.Contains('\0', StringComparison.Ordinal)
                && names.Add(property.Name));
    }

    private static IEnumerable<KeyValuePair<string, BsonValue>> Fields(BsonDocument document) => document.TryGetValue(Pairs, out var pairs)
        ? pairs.AsArray.Chunk(2).Select(pair => KeyValuePair.Create(pair[0].AsString, pair[1]))
        : document;
}
