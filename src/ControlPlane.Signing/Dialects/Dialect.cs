namespace ControlPlane.Signing;

/// <summary>
/// How one family of receivers expects a webhook to be signed and shaped, as plain data. The defaults are those of the
/// Standard Webhooks specification, except that there are no headers until they are given.
/// </summary>
/// <remarks>
/// <para>Templates are literal text with these placeholders:</para>
/// <list type="table">
/// <item><term><c>{id}</c></term><description>the message (event) id, equal over all attempts</description></item>
/// <item><term><c>{ts}</c></term><description>the time of this attempt, in <see cref="TimestampUnit"/></description></item>
/// <item><term><c>{created}</c></term><description>the event's creation time, in <see cref="TimestampUnit"/></description></item>
/// <item><term><c>{event}</c></term><description>the event type</description></item>
/// <item><term><c>{instance}</c></term><description>the instance (session, channel), empty when none</description></item>
/// <item><term><c>{webhook_id}</c></term><description>the webhook's id, empty when not known</description></item>
/// <item>
/// <term><c>{delivery_id}</c></term>
/// <description>the delivery's id, equal over its attempts; the message id when not known</description>
/// </item>
/// <item><term><c>{body}</c></term><description>the exact bytes sent (signed content only)</description></item>
/// <item><term><c>{payload}</c></term><description>the published bytes (envelope only)</description></item>
/// <item><term><c>{sig}</c></term><description>the encoded signature (header values only)</description></item>
/// </list>
/// <para>
/// Values in headers are made safe: every character that is not visible ASCII (0x21-0x7E) is percent-encoded as UTF-8, a
/// lone surrogate as U+FFFD; a literal <c>%</c> stays as it is. Signed content uses the same text as the headers do, so
/// that a receiver can compute it from what it got. Values in an envelope are escaped as JSON string content.
/// </para>
/// <para>Two dialects are equal when all their parameters are, header by header.</para>
/// </remarks>
public sealed record Dialect
{
    /// <summary>A name for people and logs: 1 to 64 of <c>a-z 0-9 . _ -</c>. Default <c>custom</c>.</summary>
    public string Name { get; init; } = "custom";

    /// <summary>
    /// How a secret becomes a key. Default <see cref="KeyFormat.WhsecBase64"/>. Ignored for
    /// <see cref="SignatureAlgorithm.None"/>.
    /// </summary>
    public KeyFormat KeyFormat { get; init; } = KeyFormat.WhsecBase64;

    /// <summary>What is computed. Default <see cref="SignatureAlgorithm.HmacSha256"/>.</summary>
    public SignatureAlgorithm Algorithm { get; init; } = SignatureAlgorithm.HmacSha256;

    /// <summary>
    /// The template of what is signed, at most 1,024 characters, with <c>{body}</c> exactly once. Default
    /// <c>{id}.{ts}.{body}</c>. Every other value in it must be sent in a header of its own (or, for <c>{ts}</c>, beside
    /// the signature), or nobody could verify it. Ignored for <see cref="SignatureAlgorithm.None"/>.
    /// </summary>
    public string SignedContent { get; init; } = "{id}.{ts}.{body}";

    /// <summary>
    /// How the signature is written. Default <see cref="SignatureEncoding.Base64"/>. Ignored for
    /// <see cref="SignatureAlgorithm.None"/>.
    /// </summary>
    public SignatureEncoding Encoding { get; init; } = SignatureEncoding.Base64;

    /// <summary>What happens while several secrets are active. Default <see cref="SignatureJoin.NewestOnly"/>.</summary>
    public SignatureJoin SignatureJoin { get; init; } = SignatureJoin.NewestOnly;

    /// <summary>The unit of <c>{ts}</c> and <c>{created}</c>. Default <see cref="TimestampUnit.Seconds"/>.</summary>
    public TimestampUnit TimestampUnit { get; init; } = TimestampUnit.Seconds;

    /// <summary>
    /// A JSON template of at most 8,192 characters around the payload, which must be JSON itself; <c>{payload}</c> stands
    /// exactly once where a JSON value may stand, text placeholders inside JSON strings. Default <see langword="null"/>:
    /// the body is the payload, untouched.
    /// </summary>
    public string? Envelope { get; init; }

    /// <summary>The headers sent, in order: 1 to 32, at least one with <c>{sig}</c>. Default none.</summary>
    public IReadOnlyList<DialectHeader> Headers { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Whether requests can carry Ed25519 signatures (<c>v1a</c> of the Standard Webhooks specification): in the built-in dialects of
    /// <see cref="KeyFormat.WhsecBase64"/>, whose receivers' libraries tell signatures apart by their version.
    /// </summary>
    public bool TakesEd25519 =>
        KeyFormat == KeyFormat.WhsecBase64
        && Algorithm != SignatureAlgorithm.None
        && BuiltInDialects.TryGet(Name, out var builtIn)
        && builtIn.Equals(this);

    /// <summary>Checks every parameter and reports all problems at once; empty when the dialect can be used.</summary>
    /// <returns>
    /// Problems whose <see cref="ValidationProblem.Field"/> is the snake_case name of the parameter, such as
    /// <c>signed_content</c> or <c>headers[2].value</c>. Never throws for bad content.
    /// </returns>
    public IReadOnlyList<ValidationProblem> Validate() => DialectValidator.Validate(this);

    /// <summary>
    /// Checks whether this dialect can be sent beside <paramref name="first"/>, whose headers come first and win: a header
    /// that both send must have the same value in both. Both dialects are valid by themselves.
    /// </summary>
    /// <param name="first">The dialect that gives the body.</param>
    /// <returns>One problem, reason <c>HEADER_CONFLICT</c>, for each header of this dialect that would be lost.</returns>
    public IReadOnlyList<ValidationProblem> ValidateBeside(Dialect first)
    {
        ArgumentNullException.ThrowIfNull(first);
        return DialectValidator.Conflicts(first, this);
    }

    /// <inheritdoc/>
    public bool Equals(Dialect? other) =>
        other is not null
        && (Name, KeyFormat, Algorithm, SignedContent, Encoding, SignatureJoin, TimestampUnit, Envelope)
            == (other.Name, other.KeyFormat, other.Algorithm, other.SignedContent, other.Encoding, other.SignatureJoin,
                other.TimestampUnit, other.Envelope)
        && Headers.SequenceEqual(other.Headers);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Algorithm, SignedContent, Envelope, Headers.Count);
}
