using System.Text.Json;
using System.Text.Json.Serialization;

namespace ControlPlane.Server.Doors.Platforms.Wazapin;

/// <summary>An endpoint.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">For people.</param>
/// <param name="Url">Where to.</param>
/// <param name="EventTypes">The event types.</param>
/// <param name="ChannelIds">The channels that it listens to; empty means all.</param>
/// <param name="Enabled">Whether it is sent to.</param>
/// <param name="Secret">Only where it was made just now.</param>
/// <param name="SecretHint">The mask of the current secret.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
internal sealed record WazapinEndpoint(
    string Id,
    string Name,
    string Url,
    IReadOnlyList<string> EventTypes,
    IReadOnlyList<string> ChannelIds,
    bool Enabled,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret,
    string? SecretHint,
    string CreatedAt,
    string UpdatedAt);

/// <summary>A type of the catalogue.</summary>
internal sealed record WazapinEventType(string Name, string Description);

/// <summary>All endpoints, and what they can subscribe to.</summary>
internal sealed record WazapinSettings(IAsyncEnumerable<WazapinEndpoint> Endpoints, IReadOnlyList<WazapinEventType> EventTypes);

/// <summary>A delivery.</summary>
/// <param name="Id">Its id.</param>
/// <param name="MessageId">The id of its event, which the receiver gets as <c>webhook-id</c> and <c>svix-id</c>.</param>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="EventType">The event's type.</param>
/// <param name="Status"><c>delivered</c>, <c>failed</c> or <c>pending</c>.</param>
/// <param name="Attempts">How many requests were made.</param>
/// <param name="LastStatusCode">The HTTP status of the last; 0 without one.</param>
/// <param name="NextAttemptAt">When the next is due; null if none is.</param>
/// <param name="DeliveredAt">When the receiver took it; null if it has not.</param>
/// <param name="CreatedAt">When the event was published.</param>
internal sealed record WazapinDelivery(
    string Id,
    string MessageId,
    string EndpointId,
    string EventType,
    string Status,
    int Attempts,
    int LastStatusCode,
    string? NextAttemptAt,
    string? DeliveredAt,
    string CreatedAt);

/// <summary>A page of deliveries, newest first.</summary>
internal sealed record WazapinDeliveries(IEnumerable<WazapinDelivery> Deliveries, string? NextCursor);

internal sealed record WazapinTest(WazapinDelivery Delivery);

/// <summary>How many deliveries of a message, or of its delivery, are on their way again.</summary>
internal sealed record WazapinRetry(string MessageId, int Retried);

internal sealed record WazapinDeletion(string Id, bool Deleted);

internal sealed record WazapinError(WazapinFault Error);

/// <param name="Code">The reason in lower case.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Fields">The wrong fields, each with what is wrong; empty if it is about none.</param>
internal sealed record WazapinFault(string Code, string Message, IReadOnlyList<WazapinField> Fields);

internal sealed record WazapinField(string Field, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WazapinEndpoint))]
[JsonSerializable(typeof(WazapinSettings))]
[JsonSerializable(typeof(WazapinDeliveries))]
[JsonSerializable(typeof(WazapinTest))]
[JsonSerializable(typeof(WazapinRetry))]
[JsonSerializable(typeof(WazapinDeletion))]
[JsonSerializable(typeof(WazapinError))]
internal sealed partial class WazapinJson : JsonSerializerContext
{
    public static readonly WazapinJson Instance =
        new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JsonContent.Encoder });
}
