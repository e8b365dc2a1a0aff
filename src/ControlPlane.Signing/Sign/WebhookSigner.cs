using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ControlPlane.Signing;

/// <summary>
/// Builds the body and the headers of webhook requests in one dialect. Making one parses the dialect's templates; keep it
/// and share it: it holds no state and is safe for use by many threads at once.
/// </summary>
public sealed class WebhookSigner
{
    private const int StackChars = 512;
    private const string Json = "application/json";
    private const string OctetStream = "application/octet-stream";

    private readonly DialectPlan _plan;

    /// <summary>Makes a signer.</summary>
    /// <param name="dialect">The dialect; it must be valid.</param>
    /// <exception cref="ArgumentException">The dialect has problems; see <see cref="Dialect.Validate"/>.</exception>
    public WebhookSigner(Dialect dialect) => _plan = new DialectPlan(dialect);

    /// <summary>The dialect this signer speaks.</summary>
    public Dialect Dialect => _plan.Dialect;

    /// <summary>Builds the request for one attempt.</summary>
    /// <param name="request">What is sent, and when.</param>
    /// <param name="keys">
    /// The active keys, newest first, at least one, made for a dialect of the same key format and algorithm. All sign when
    /// the dialect allows several signatures; otherwise only the first does.
    /// </param>
    /// <returns>
    /// The body, its media type and the headers. An empty payload becomes <c>null</c> in an envelope; any other payload is
    /// embedded bit for bit and not checked: it is for the caller to know that it is JSON.
    /// </returns>
    /// <exception cref="ArgumentException">No key, a key of another kind, or no message id or event type.</exception>
    public SignedWebhook Sign(in SigningRequest request, params ReadOnlySpan<SigningKey> keys)
    {
        Check(request, keys);
        var body = _plan.Envelope is null ? request.Payload : _plan.Envelope.Wrap(request);
        return new SignedWebhook(body, ContentType(request), Headers(request, body.Span, keys));
    }

    /// <summary>
    /// Adds this dialect's headers to a request that another dialect built, over the body as that dialect made it: for
    /// receivers that move from one dialect to the other. Headers already there keep their value; see
    /// <see cref="Dialect.ValidateBeside"/>.
    /// </summary>
    /// <param name="webhook">The request as the first dialect built it.</param>
    /// <param name="request">The same request the first dialect was given.</param>
    /// <param name="keys">The active keys, newest first, parsed for this dialect.</param>
    /// <exception cref="ArgumentException">No key, a key of another kind, or no message id or event type.</exception>
    public SignedWebhook AddTo(in SignedWebhook webhook, in SigningRequest request, params ReadOnlySpan<SigningKey> keys)
    {
        Check(request, keys);
        var headers = webhook.Headers.ToBuilder();
        foreach (var header in Headers(request, webhook.Body.Span, keys))
        {
            if (!Contains(webhook.Headers, header.Key))
            {
                headers.Add(header);
            }
        }
        return webhook with { Headers = headers.ToImmutable() };
    }

    private ImmutableArray<KeyValuePair<string, string>> Headers(
        in SigningRequest request, ReadOnlySpan<byte> body, ReadOnlySpan<SigningKey> keys)
    {
        keys = Dialect.SignatureJoin == SignatureJoin.NewestOnly ? keys[..1] : keys;
        var values = MessageValues.ForHeaders(request, Dialect.TimestampUnit, _plan.Uses);
        var length = Signatures.LengthOf(keys, _plan.Signatures);
        Span<char> text = length <= StackChars ? stackalloc char[StackChars] : new char[length];
        _plan.Signatures.Sign(keys, values, body, text);
        var signatures = new Signatures(text[..length], keys, _plan.Signatures);

        var headers = new KeyValuePair<string, string>[_plan.Headers.Length];
        for (var i = 0; i < headers.Length; i++)
        {
            var header = _plan.Headers[i];
            headers[i] = new(header.Name, header.Render(values, signatures));
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(headers);
    }

    private static bool Contains(ImmutableArray<KeyValuePair<string, string>> headers, string name)
    {
        foreach (var header in headers)
        {
            if (header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }

    private string ContentType(in SigningRequest request)
    {
        if (_plan.Envelope is not null || string.IsNullOrEmpty(request.ContentType))
        {
            return Json;
        }
        return HeaderText.IsPrintable(request.ContentType) ? request.ContentType : OctetStream;
    }

    private void Check(in SigningRequest request, ReadOnlySpan<SigningKey> keys)
    {
        ArgumentException.ThrowIfNullOrEmpty(request.MessageId, nameof(request));
        ArgumentNullException.ThrowIfNull(request.EventType, nameof(request));
        if (keys.IsEmpty)
        {
            throw new ArgumentException("At least one key is needed.", nameof(keys));
        }
        foreach (var key in keys)
        {
            if (!key.Fits(Dialect))
            {
                throw new ArgumentException($"A key was parsed for another kind of dialect than '{Dialect.Name}'.", nameof(keys));
            }
        }
    }
}
