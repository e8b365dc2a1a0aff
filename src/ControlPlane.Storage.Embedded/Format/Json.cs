using System.Text.Json;
using System.Text.Json.Serialization;

namespace ControlPlane.Storage.Embedded;

/// <summary>What is stored as JSON. Property names are part of the stored format.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WebhookRecord))]
[JsonSerializable(typeof(AuditRecord))]
[JsonSerializable(typeof(RedriveTerms))]
[JsonSerializable(typeof(TenantPolicy))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class Json : JsonSerializerContext
{
    public static string Write(IReadOnlyDictionary<string, string> map) =>
        JsonSerializer.Serialize(map, Default.IReadOnlyDictionaryStringString);

    public static string Write(IReadOnlyList<string> list) => JsonSerializer.Serialize(list, Default.IReadOnlyListString);

    public static IReadOnlyDictionary<string, string> ReadMap(string json) =>
        JsonSerializer.Deserialize(json, Default.IReadOnlyDictionaryStringString)!;

    public static IReadOnlyList<string> ReadList(string json) => JsonSerializer.Deserialize(json, Default.IReadOnlyListString)!;
}
