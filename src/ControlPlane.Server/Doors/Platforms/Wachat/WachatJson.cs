using System.Text.Json;
using System.Text.Json.Serialization;

namespace ControlPlane.Server.Doors.Platforms.Wachat;

/// <summary>A webhook.</summary>
internal sealed record WachatWebhook(
    long Id, string Name, string Url, IReadOnlyList<string> Events, bool Enabled, string? Secret, WachatInstance? Instance,
    string CreatedAt, string UpdatedAt);

/// <summary>The one instance that a webhook listens to.</summary>
/// <param name="InstanceName">Without what Wachat puts before the name that its customers chose.</param>
/// <param name="DisplayName">The same.</param>
/// <param name="ApiInstanceName">As it is.</param>
/// <param name="InternalName">The same.</param>
internal sealed record WachatInstance(string InstanceName, string DisplayName, string ApiInstanceName, string InternalName);

internal sealed record WachatOne(bool Success, WachatWebhook Webhook);

/// <summary>All webhooks, and then how many they were.</summary>
internal sealed class WachatList(IAsyncEnumerable<WachatWebhook> webhooks)
{
    public bool Success { get; } = true;

    public IAsyncEnumerable<WachatWebhook> Webhooks => CountAsync();

    [JsonPropertyOrder(1)]
    public int Count { get; private set; }

    private async IAsyncEnumerable<WachatWebhook> CountAsync()
    {
        await foreach (var webhook in webhooks)
        {
            Count++;
            yield return webhook;
        }
    }
}

internal sealed record WachatDone(bool Success, string Message);

/// <param name="Success">False.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Errors">The same by field; empty if it is about none.</param>
internal sealed record WachatError(bool Success, string Message, IReadOnlyDictionary<string, string[]> Errors);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WachatOne))]
[JsonSerializable(typeof(WachatList))]
[JsonSerializable(typeof(WachatDone))]
[JsonSerializable(typeof(WachatError))]
internal sealed partial class WachatJson : JsonSerializerContext
{
    public static readonly WachatJson Instance =
        new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JsonContent.Encoder });
}
