using System.Text.Json;
using System.Text.Json.Serialization;

namespace ControlPlane.Server.Doors.Platforms.Gowa;

/// <summary>A webhook as the answer to its creation has it.</summary>
internal sealed record GowaCreated(long Id, string Url, bool Active, IReadOnlyList<string> Events, string CreatedAt);

/// <summary>A webhook in all other answers, whose fields stand in another order.</summary>
internal sealed record GowaWebhook(long Id, string Url, IReadOnlyList<string> Events, bool Active, string CreatedAt);

/// <summary>A delivery, or a test.</summary>
/// <param name="Id">The delivery's id.</param>
/// <param name="Event">The event's type.</param>
/// <param name="Status"><c>delivered</c>, <c>failed</c> or <c>pending</c>.</param>
/// <param name="Attempts">How many requests were made.</param>
/// <param name="ResponseCode">The HTTP status of the last; 0 without one.</param>
/// <param name="CreatedAt">When the event was published.</param>
/// <param name="DeliveredAt">When the receiver took it; null if it has not.</param>
internal sealed record GowaLog(
    string Id, string Event, string Status, int Attempts, int ResponseCode, string CreatedAt, string? DeliveredAt);

/// <summary>The answer to a creation.</summary>
internal sealed record GowaCreation(int Code, GowaCreated Data, bool Status, string Message);

/// <summary>Every other answer.</summary>
internal sealed record GowaAnswer<T>(bool Status, int Code, string Message, T Data);

/// <summary>The answer to a deletion.</summary>
internal sealed record GowaDone(bool Status, int Code, string Message);

/// <summary>An error of what the platform itself checks.</summary>
internal sealed record GowaOwnError(int Code, string Error, bool Status, string Message);

/// <summary>Every other error, whose fields stand in another order.</summary>
internal sealed record GowaError(bool Status, int Code, string Message, string Error);

/// <summary>The answers with their fields in the order in which the platform's document shows each.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(GowaCreation))]
[JsonSerializable(typeof(GowaAnswer<GowaWebhook>), TypeInfoPropertyName = "One")]
[JsonSerializable(typeof(GowaAnswer<IAsyncEnumerable<GowaWebhook>>), TypeInfoPropertyName = "Many")]
[JsonSerializable(typeof(GowaAnswer<GowaLog>), TypeInfoPropertyName = "Test")]
[JsonSerializable(typeof(GowaAnswer<IAsyncEnumerable<GowaLog>>), TypeInfoPropertyName = "Logs")]
[JsonSerializable(typeof(GowaDone))]
[JsonSerializable(typeof(GowaOwnError))]
[JsonSerializable(typeof(GowaError))]
internal sealed partial class GowaJson : JsonSerializerContext
{
    public static readonly GowaJson Instance =
        new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JsonContent.Encoder });
}
