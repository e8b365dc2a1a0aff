using ControlPlane.Egress;
using ControlPlane.Egress.Policy;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Signing;
using ControlPlane.Storage;
using SignatureAlgorithm = ControlPlane.Signing.SignatureAlgorithm;

namespace ControlPlane.Server.Sending;

/// <summary>A webhook made ready to send to: parsed once, used for every attempt until the webhook changes.</summary>
/// <param name="webhook">The webhook.</param>
/// <param name="dialects">The dialect that makes the request, then the one whose headers are added, if any.</param>
/// <param name="secrets">The webhook's secrets, newest first, each with when it stops signing.</param>
/// <param name="timeout">The deadline of one attempt.</param>
/// <param name="connections">The connections that present its client certificate; null if it has none. Disposed with this.</param>
/// <param name="token">Where its requests get their access token; null if they have none.</param>
internal sealed class Endpoint(
    WebhookRecord webhook, IReadOnlyList<Dialect> dialects, IReadOnlyList<(string Secret, DateTimeOffset? ExpireTime)> secrets, TimeSpan timeout,
    ClientConnections? connections = null, TokenSource? token = null) : IDisposable
{
    private readonly EndpointSigner[] _signers =
    [
        .. dialects.Select(dialect => new EndpointSigner(
            dialect, [.. secrets.Select(s => new EndpointKey(SecretForms.ToSigningKey(s.Secret, dialect), s.ExpireTime))])),
    ];

    public WebhookRecord Webhook => webhook;

    /// <summary>The dialect that makes the request, then the one whose headers are added, if any.</summary>
    public IReadOnlyList<Dialect> Dialects => dialects;

    public Uri Url { get; } = WebhookUri.Parse(webhook.Url);

    /// <summary>The deadline of one attempt, from name resolution to the end of the response.</summary>
    public TimeSpan Timeout => timeout;

    /// <summary>The connections that present its client certificate; null if it has none, and its requests go over those that all share.</summary>
    public ClientConnections? Connections => connections;

    /// <summary>Where its requests get their access token; null if they have none.</summary>
    public TokenSource? Token => token;

    /// <summary>Whether the body is JSON around the payload, which then must be JSON itself.</summary>
    public bool HasEnvelope => dialects[0].Envelope is not null;

    /// <summary>
    /// Whether a header is the secret itself. A receiver can echo what it got, in any spelling, so nothing of its answers to
    /// such a request may be kept.
    /// </summary>
    public bool SendsSecret { get; } = dialects.Any(dialect => dialect.Algorithm == SignatureAlgorithm.None);

    /// <summary>The body and the headers of an attempt. With <c>wawp-secret</c> a header is the secret: they are not for logs.</summary>
    public SignedWebhook Sign(in SigningRequest request)
    {
        var signed = _signers[0].Sign(request);
        return _signers.Length == 1 ? signed : _signers[1].AddTo(signed, request);
    }

    /// <summary>Attempts that are under way end in peace.</summary>
    public void Dispose() => connections?.Dispose();
}
