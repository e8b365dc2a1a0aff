using System.Diagnostics.CodeAnalysis;
using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>
/// Credentials among the headers that a webhook's owner adds, such as <c>Authorization</c>: sealed in the store like secrets, shown as
/// <see cref="Mask"/>, and kept by an update in which the mask comes back.
/// </summary>
internal static class HeaderCredentials
{
    /// <summary>What is shown in place of a credential. No header can have it as its value.</summary>
    public const string Mask = "••••••••";

    // A header's value holds no such character, so nobody can pass one value off as another one sealed.
    private const string Prefix = "\u0001sealed:";

    private static readonly string[] Words = ["auth", "token", "secret", "key", "password", "passwd", "cookie", "credential", "session"];

    /// <summary>Whether the value of a header with this name is taken for a credential.</summary>
    public static bool Covers(string name) => Words.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>The headers as they are shown.</summary>
    public static Dictionary<string, string> Show(IReadOnlyDictionary<string, string> headers) =>
        headers.ToDictionary(header => header.Key, header => Covers(header.Key) || IsSealed(header.Value) ? Mask : header.Value);

    /// <summary>The headers that were asked for, with those of before where the mask came back.</summary>
    public static Dictionary<string, string> Keep(
        IEnumerable<KeyValuePair<string, string>> asked, IReadOnlyDictionary<string, string> before) =>
        asked.ToDictionary(
            header => header.Key,
            header => header.Value == Mask && before.TryGetValue(header.Key, out var held) ? held : header.Value);

    /// <summary>A webhook with its credentials as they are stored.</summary>
    public static WebhookRecord Seal(this SecretSealer sealer, WebhookRecord webhook) =>
        webhook.Headers.Any(header => Covers(header.Key) && !IsSealed(header.Value))
            ? webhook with
            {
                Headers = webhook.Headers.ToDictionary(
                    header => header.Key,
                    header => Covers(header.Key) && !IsSealed(header.Value)
                        ? Prefix + Convert.ToBase64String(sealer.Seal(webhook.Id, Purpose(header.Key), header.Value))
                        : header.Value),
            }
            : webhook;

    /// <summary>A webhook with its headers as they are sent; false if one cannot be opened.</summary>
    public static bool TryOpen(this SecretSealer sealer, WebhookRecord webhook, [NotNullWhen(true)] out WebhookRecord? opened)
    {
        opened = webhook;
        if (!webhook.Headers.Values.Any(IsSealed))
        {
            return true;
        }

        var headers = new Dictionary<string, string>(webhook.Headers);
        foreach (var (name, value) in webhook.Headers.Where(header => IsSealed(header.Value)))
        {
            if (!sealer.TryOpen(webhook.Id, Purpose(name), Convert.FromBase64String(value[Prefix.Length..]), out var plain))
            {
                opened = null;
                return false;
            }

            headers[name] = plain;
        }

        opened = webhook with { Headers = headers };
        return true;
    }

    /// <summary>Whether two states of a webhook send the same headers; not if that cannot be told.</summary>
    public static bool SendSame(this SecretSealer sealer, WebhookRecord before, WebhookRecord after) =>
        sealer.TryOpen(before, out var one)
        && sealer.TryOpen(after, out var other)
        && one.Headers.Count == other.Headers.Count
        && one.Headers.All(header => other.Headers.TryGetValue(header.Key, out var value) && value == header.Value);

    private static bool IsSealed(string value) => value.StartsWith(Prefix, StringComparison.Ordinal);

    // Ids of secrets hold no space.
    private static string Purpose(string name) => $"header {name}";
}
