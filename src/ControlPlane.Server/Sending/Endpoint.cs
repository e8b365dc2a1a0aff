using ControlPlane.Signing;
using ControlPlane.Storage;

namespace ControlPlane.Server.Sending;

/// <summary>A webhook made ready to send to: parsed once, used for every attempt until the webhook changes.</summary>
internal sealed class Endpoint(WebhookRecord webhook, WebhookSigner signer, IReadOnlyList<EndpointKey> keys, TimeSpan timeout)
{
    public WebhookRecord Webhook => webhook;

    public Uri Url { get; } = new(webhook.Url);

    public WebhookSigner Signer => signer;

    /// <summary>The deadline of one attempt, from name resolution to the end of the response.</summary>
    public TimeSpan Timeout => timeout;

    /// <summary>The keys that sign at a time, newest first.</summary>
    public SigningKey[] KeysAt(DateTimeOffset time)
    {
        if (keys.Count == 1)
        {
            return [keys[0].Key];
        }

        return [.. keys.Where(key => key.ExpireTime is null || key.ExpireTime > time).Select(key => key.Key)];
    }
}

/// <summary>A signing key and when it stops signing; null for the current one.</summary>
internal sealed record EndpointKey(SigningKey Key, DateTimeOffset? ExpireTime);
