using ControlPlane.Signing;

namespace ControlPlane.Server.Sending;

/// <summary>One dialect of a webhook with the keys that its secrets are in that dialect.</summary>
internal sealed class EndpointSigner(Dialect dialect, IReadOnlyList<EndpointKey> keys)
{
    private readonly WebhookSigner _signer = new(dialect);

    /// <summary>Makes the body and its headers.</summary>
    public SignedWebhook Sign(in SigningRequest request) => _signer.Sign(request, KeysAt(request.Timestamp));

    /// <summary>Adds the headers of this dialect to what another one made.</summary>
    public SignedWebhook AddTo(in SignedWebhook webhook, in SigningRequest request) =>
        _signer.AddTo(webhook, request, KeysAt(request.Timestamp));

    /// <summary>The keys that sign at a time, newest first.</summary>
    private SigningKey[] KeysAt(DateTimeOffset time) => keys.Count == 1
        ? [keys[0].Key]
        : [.. keys.Where(key => key.ExpireTime is null || key.ExpireTime > time).Select(key => key.Key)];
}

/// <summary>A signing key and when it stops signing; null for the current one.</summary>
internal sealed record EndpointKey(SigningKey Key, DateTimeOffset? ExpireTime);
