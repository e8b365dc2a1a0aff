using System.Text.Json;
using System.Text.Json.Serialization;

namespace ControlPlane.Server.Doors.Platforms.WaHooks;

/// <summary>A webhook.</summary>
/// <param name="Id">Its id.</param>
/// <param name="SessionId">The connection; null if it listens to all.</param>
/// <param name="Url">Where to.</param>
/// <param name="Events">The event types.</param>
/// <param name="SigningSecret">Only in the answer to its creation.</param>
/// <param name="Active">Whether it is sent to.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
internal sealed record WaHooksWebhook(
    string Id,
    string? SessionId,
    string Url,
    IReadOnlyList<string> Events,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SigningSecret,
    bool Active,
    string CreatedAt,
    string UpdatedAt);

/// <summary>A delivery.</summary>
/// <param name="Id">Its id.</param>
/// <param name="EventType">The event's type.</param>
/// <param name="Payload">The event's payload; a text if it is no JSON, null once it is no longer stored.</param>
/// <param name="Status"><c>delivered</c>, <c>failed</c> or <c>pending</c>.</param>
/// <param name="Attempts">How many requests were made.</param>
/// <param name="DeliveredAt">When the receiver took it; null if it has not.</param>
/// <param name="CreatedAt">When the event was published.</param>
internal sealed record WaHooksLog(
    string Id, string EventType, JsonElement? Payload, string Status, int Attempts, string? DeliveredAt, string CreatedAt);

internal sealed record WaHooksTest(bool Success, string LogId);

internal sealed record WaHooksDone(bool Success);

internal sealed record WaHooksError(int StatusCode, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WaHooksWebhook))]
[JsonSerializable(typeof(IAsyncEnumerable<WaHooksWebhook>), TypeInfoPropertyName = "Webhooks")]
[JsonSerializable(typeof(IAsyncEnumerable<WaHooksLog>), TypeInfoPropertyName = "Logs")]
[JsonSerializable(typeof(WaHooksTest))]
[JsonSerializable(typeof(WaHooksDone))]
[JsonSerializable(typeof(WaHooksError))]
internal sealed partial class WaHooksJson : JsonSerializerContext
{
    /// <summary>Payloads can be nested 64 deep, and stand in a list of objects.</summary>
    private const int Deepest = 72;

    public static readonly WaHooksJson Instance = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JsonContent.Encoder,
        MaxDepth = Deepest,
    });
}
