using System.Text.Json;
using System.Text.Json.Serialization;

namespace ControlPlane.Server.Doors.Platforms.Wawp;

/// <summary>A webhook.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Events">The event types by their positions.</param>
/// <param name="IsActive">1 or 0.</param>
/// <param name="Enabled">The same.</param>
/// <param name="Retries">When failed deliveries are tried again.</param>
internal sealed record WawpWebhook(
    string Url, IReadOnlyDictionary<string, string> Events, int IsActive, bool Enabled, WawpRetries Retries);

/// <param name="Delay">Seconds before the first retry.</param>
/// <param name="Attempts">How many retries.</param>
internal sealed record WawpRetries(double Delay, int Attempts);

internal sealed record WawpOne(string Status, string Message, WawpWebhook Webhook);

internal sealed record WawpList(string Status, IAsyncEnumerable<WawpWebhook> Webhooks);

internal sealed record WawpDone(string Status, string Message);

internal sealed record WawpError(string Code, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WawpOne))]
[JsonSerializable(typeof(WawpList))]
[JsonSerializable(typeof(WawpDone))]
[JsonSerializable(typeof(WawpError))]
internal sealed partial class WawpJson : JsonSerializerContext
{
    public static readonly WawpJson Instance =
        new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JsonContent.Encoder });
}
