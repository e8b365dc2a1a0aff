namespace ControlPlane.Signing;

/// <summary>How the text of a webhook secret becomes the bytes of a signing key.</summary>
public enum KeyFormat
{
    /// <summary>
    /// The Standard Webhooks form: a secret that starts with <c>whsec_</c> and continues with base64 (standard alphabet,
    /// padded or not) is decoded; any other secret is used as <see cref="Utf8"/>, prefix included.
    /// </summary>
    /// <remarks>
    /// The libraries named <c>standardwebhooks</c> and <c>svix</c> also decode base64 that lacks the prefix, and refuse
    /// what is not base64. For a secret that is not <c>whsec_</c> plus base64, give such a library the whole secret as raw
    /// key bytes (in JavaScript: <c>new Webhook(secret, { format: "raw" })</c>).
    /// </remarks>
    WhsecBase64,

    /// <summary>The UTF-8 bytes of the whole secret, whatever it starts with.</summary>
    Utf8,
}
