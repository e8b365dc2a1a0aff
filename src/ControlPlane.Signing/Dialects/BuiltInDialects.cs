using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace ControlPlane.Signing;

/// <summary>
/// The built-in dialects. Times are Unix seconds, keys the UTF-8 of the secret and the body the payload as published,
/// unless said otherwise.
/// </summary>
public static class BuiltInDialects
{
    /// <summary>
    /// <c>standard-webhooks</c>: <c>webhook-id</c>, <c>webhook-timestamp</c>, <c>webhook-signature: v1,&lt;base64&gt;</c>, a
    /// space-separated list while several secrets are active. Source: Standard Webhooks specification.
    /// </summary>
    public static Dialect StandardWebhooks { get; } = new()
    {
        Name = "standard-webhooks",
        SignatureJoin = SignatureJoin.SpaceSeparated,
        Headers = [new("webhook-id", "{id}"), new("webhook-timestamp", "{ts}"), new("webhook-signature", "v1,{sig}")],
    };

    /// <summary>
    /// <c>svix</c>: as <see cref="StandardWebhooks"/> with <c>svix-*</c> headers. Source: Svix documentation, "Verifying
    /// webhooks manually".
    /// </summary>
    public static Dialect Svix { get; } = StandardWebhooks with
    {
        Name = "svix",
        Headers = [new("svix-id", "{id}"), new("svix-timestamp", "{ts}"), new("svix-signature", "v1,{sig}")],
    };

    /// <summary>
    /// <c>wazapin</c>: the headers of both <see cref="StandardWebhooks"/> and <see cref="Svix"/>. Source: Wazapin
    /// documentation, "Webhooks".
    /// </summary>
    public static Dialect Wazapin { get; } = StandardWebhooks with
    {
        Name = "wazapin",
        Headers = [.. StandardWebhooks.Headers, .. Svix.Headers],
    };

    /// <summary>
    /// <c>wachat</c>: hex HMAC-SHA256 of <c>timestamp.body</c> in <c>X-Wachat-Signature</c>. Source: Wachat API reference,
    /// "Create or Update Webhook". It names neither the unit of the time nor the encoding: seconds and hex are assumed.
    /// </summary>
    public static Dialect Wachat { get; } = new()
    {
        Name = "wachat",
        KeyFormat = KeyFormat.Utf8,
        SignedContent = "{ts}.{body}",
        Encoding = SignatureEncoding.Hex,
        Headers =
        [
            new("X-Wachat-Event", "{event}"), new("X-Wachat-Timestamp", "{ts}"), new("X-Wachat-Signature", "{sig}"),
            new("X-Wachat-Webhook-Id", "{webhook_id}"),
        ],
    };

    /// <summary>
    /// <c>wahooks</c>: <c>X-WAHooks-Signature: sha256=&lt;hex&gt;</c> over <c>timestamp.body</c>; the body is
    /// <c>{"event","session","payload"}</c>, the session being the instance. Source: WAHooks documentation, "Receive Webhooks".
    /// </summary>
    public static Dialect WaHooks { get; } = new()
    {
        Name = "wahooks",
        KeyFormat = KeyFormat.Utf8,
        SignedContent = "{ts}.{body}",
        Encoding = SignatureEncoding.Hex,
        Envelope = """{"event":"{event}","session":"{instance}","payload":{payload}}""",
        Headers =
        [
            new("X-WAHooks-Event", "{event}"), new("X-WAHooks-Signature", "sha256={sig}"), new("X-WAHooks-Timestamp", "{ts}"),
        ],
    };

    /// <summary>
    /// <c>wawp</c>: hex HMAC-SHA256 of the body in <c>X-Wawp-Signature</c>. Source: Wawp documentation, "Set Webhook URL".
    /// </summary>
    public static Dialect Wawp { get; } = new()
    {
        Name = "wawp",
        KeyFormat = KeyFormat.Utf8,
        SignedContent = "{body}",
        Encoding = SignatureEncoding.Hex,
        Headers = [new("X-Wawp-Signature", "{sig}")],
    };

    /// <summary>
    /// <c>wawp-secret</c>: the secret itself in <c>X-Wawp-Signature</c>, the other reading of the same text ("a secret
    /// string added to the X-Wawp-Signature header for basic verification"). The secret must be printable ASCII.
    /// </summary>
    public static Dialect WawpSecret { get; } = Wawp with { Name = "wawp-secret", Algorithm = SignatureAlgorithm.None };

    /// <summary>
    /// <c>gowa</c>: <c>sha256=&lt;hex&gt;</c> over the body in <c>X-Webhook-Signature</c> and <c>X-Hub-Signature-256</c>; the
    /// body is <c>{"event","timestamp","data"}</c>. The platform's reference ("Register a webhook to receive WhatsApp
    /// events") does not describe deliveries: the timestamp is assumed to be the event's creation in Unix seconds.
    /// </summary>
    public static Dialect Gowa { get; } = new()
    {
        Name = "gowa",
        KeyFormat = KeyFormat.Utf8,
        SignedContent = "{body}",
        Encoding = SignatureEncoding.Hex,
        Envelope = """{"event":"{event}","timestamp":{created},"data":{payload}}""",
        Headers =
        [
            new("X-Webhook-Event", "{event}"), new("X-Webhook-Signature", "sha256={sig}"),
            new("X-Hub-Signature-256", "sha256={sig}"),
        ],
    };

    /// <summary>
    /// <c>waha</c>: hex HMAC-SHA512 of the body in <c>X-Webhook-Hmac</c>; times in Unix milliseconds; the body is
    /// <c>{"id","timestamp","event","session","payload"}</c>, with the event's id and creation time. Source: WAHA
    /// documentation, "Webhooks". <c>X-Webhook-Request-Id</c> is the delivery id, equal over retries.
    /// </summary>
    public static Dialect Waha { get; } = new()
    {
        Name = "waha",
        KeyFormat = KeyFormat.Utf8,
        Algorithm = SignatureAlgorithm.HmacSha512,
        SignedContent = "{body}",
        Encoding = SignatureEncoding.Hex,
        TimestampUnit = TimestampUnit.Milliseconds,
        Envelope = """{"id":"{id}","timestamp":{created},"event":"{event}","session":"{instance}","payload":{payload}}""",
        Headers =
        [
            new("X-Webhook-Hmac", "{sig}"), new("X-Webhook-Hmac-Algorithm", "sha512"), new("X-Webhook-Timestamp", "{ts}"),
            new("X-Webhook-Request-Id", "{delivery_id}"),
        ],
    };

    /// <summary>
    /// <c>github</c>: <c>X-Hub-Signature-256: sha256=&lt;hex&gt;</c> over the body. <c>X-GitHub-Delivery</c> is the event's id.
    /// Source: GitHub Docs, "Webhook events and payloads" and "Validating webhook deliveries".
    /// </summary>
    public static Dialect GitHub { get; } = new()
    {
        Name = "github",
        KeyFormat = KeyFormat.Utf8,
        SignedContent = "{body}",
        Encoding = SignatureEncoding.Hex,
        Headers =
        [
            new("X-GitHub-Event", "{event}"), new("X-GitHub-Delivery", "{id}"), new("X-Hub-Signature-256", "sha256={sig}"),
        ],
    };

    /// <summary>
    /// <c>stripe</c>: <c>Stripe-Signature: t=&lt;seconds&gt;,v1=&lt;hex&gt;</c> over <c>timestamp.body</c>, with a further
    /// <c>v1=</c> for every active secret. Source: Stripe documentation, "Verify webhook signatures manually".
    /// </summary>
    public static Dialect Stripe { get; } = new()
    {
        Name = "stripe",
        KeyFormat = KeyFormat.Utf8,
        SignedContent = "{ts}.{body}",
        Encoding = SignatureEncoding.Hex,
        SignatureJoin = SignatureJoin.RepeatedItem,
        Headers = [new("Stripe-Signature", "t={ts},v1={sig}")],
    };

    /// <summary>
    /// <c>slack</c>: <c>X-Slack-Signature: v0=&lt;hex&gt;</c> over <c>v0:timestamp:body</c>, with
    /// <c>X-Slack-Request-Timestamp</c>. Source: Slack documentation, "Verifying requests from Slack".
    /// </summary>
    public static Dialect Slack { get; } = new()
    {
        Name = "slack",
        KeyFormat = KeyFormat.Utf8,
        SignedContent = "v0:{ts}:{body}",
        Encoding = SignatureEncoding.Hex,
        Headers = [new("X-Slack-Signature", "v0={sig}"), new("X-Slack-Request-Timestamp", "{ts}")],
    };

    /// <summary>Every built-in dialect, the default (<c>standard-webhooks</c>) first.</summary>
    public static IReadOnlyList<Dialect> All { get; } =
    [
        StandardWebhooks, Svix, Wazapin, Wachat, WaHooks, Wawp, WawpSecret, Gowa, Waha, GitHub, Stripe, Slack,
    ];

    private static readonly FrozenDictionary<string, Dialect> ByName =
        All.ToFrozenDictionary(d => d.Name, StringComparer.Ordinal);

    /// <summary>Finds a built-in dialect by its exact, lower-case name.</summary>
    /// <param name="name">The name, such as <c>standard-webhooks</c>; <see langword="null"/> finds nothing.</param>
    /// <param name="dialect">The dialect, when found.</param>
    /// <returns>Whether there is a built-in dialect of that name.</returns>
    public static bool TryGet(string? name, [NotNullWhen(true)] out Dialect? dialect)
    {
        dialect = null;
        return name is not null && ByName.TryGetValue(name, out dialect);
    }
}
