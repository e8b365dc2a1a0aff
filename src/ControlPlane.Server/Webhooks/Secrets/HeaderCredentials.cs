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

    private static readonly string[] Words = ["auth", "token", "secret", "key", "password", "passwd", "cookie", "credential", "session"];

    /// <summary>Whether the value of a header with this name is taken for a credential.</summary>
    public static bool Covers(string name) => Words.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>The headers as they are shown.</summary>
    public static Dictionary<string, string> Show(IReadOnlyDictionary<string, string> headers) =>
        headers.ToDictionary(header => header.Key, header => Covers(header.Key) || SealedText.IsSealed(header.Value) ? Mask : header.Value);

    /// <summary>The headers that were asked for, with those of before where the mask came back.</summary>
    public static Dictionary<string, string> Keep(
        IEnumerable<KeyValuePair<string, string>> asked, IReadOnlyDictionary<string, string> before) =>
        asked.ToDictionary(
            header => header.Key,
            header => header.Value == Mask && before.TryGetValue(header.Key, out var held) ? held : header.Value);

    /// <summary>Headers with their credentials as they are stored.</summary>
    public static IReadOnlyDictionary<string, string> Seal(SecretSealer sealer, WebhookRecord webhook) =>
        webhook.Headers.Keys.Any(Covers)
            ? webhook.Headers.ToDictionary(
                header => header.Key,
                header => Covers(header.Key) ? sealer.SealText(webhook.Id, Purpose(header.Key), header.Value) : header.Value)
            : webhook.Headers;

    /// <summary>Headers as they are sent; null if one cannot be opened.</summary>
    public static IReadOnlyDictionary<string, string>? Open(SecretSealer sealer, WebhookRecord webhook)
    {
        if (!webhook.Headers.Values.Any(SealedText.IsSealed))
        {
            return webhook.Headers;
        }

        var headers = new Dictionary<string, string>();
        foreach (var (name, value) in webhook.Headers)
        {
            if (!sealer.TryOpenText(webhook.Id, Purpose(name), value, out var plain))
            {
                return null;
            }

            headers[name] = plain;
        }

        return headers;
    }

    private static string Purpose(string name) => $"header {name}";
}
