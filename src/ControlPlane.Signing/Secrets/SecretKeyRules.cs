namespace ControlPlane.Signing;

/// <summary>What a secret must be so that the receivers' own libraries can use it.</summary>
internal static class SecretKeyRules
{
    /// <summary>The Standard Webhooks specification's length of a key, in bytes.</summary>
    private const int ShortestKey = 24;
    private const int LongestKey = 64;

    /// <summary>Of the secret in <c>gowa</c>, whose own documentation registers webhooks with <c>string</c>.</summary>
    private const int ShortestOfGowa = 6;

    private const string Instead =
        "For a secret that is plain text, use a dialect that takes one (such as github or stripe) or a custom dialect with key_format KEY_FORMAT_UTF8.";

    /// <summary>Returns what is wrong with a secret for the dialects, or null.</summary>
    public static ValidationProblem? Check(string secret, IReadOnlyList<Dialect> dialects)
    {
        if (!IsStrict(dialects))
        {
            return dialects.All(dialect => KeyLength(secret, dialect) >= LeastLength([dialect]))
                ? null
                : new("secret", "SECRET_KEY_TOO_SHORT",
                    $"The base64 after {WebhookSecret.Prefix} is the key in this dialect, and must be of at least {WebhookSecret.MinLength} bytes.");
        }

        var names = string.Join(" and ", dialects.Where(IsStrict).Select(dialect => dialect.Name));
        var prefixed = secret.StartsWith(WebhookSecret.Prefix, StringComparison.Ordinal);
        if (Decode(secret) is not { } key || (!prefixed && ReadsText(dialects)))
        {
            var form = ReadsText(dialects) ? $"must begin with {WebhookSecret.Prefix}, followed by" : $"must be, with or without {WebhookSecret.Prefix} before it,";
            return new("secret", "SECRET_NOT_BASE64",
                $"A secret for {names} {form} base64 of {ShortestKey} to {LongestKey} bytes: the receivers' libraries take nothing else. {Instead}");
        }

        return key.Length switch
        {
            < ShortestKey => Length("SECRET_KEY_TOO_SHORT", "at least", ShortestKey),
            > LongestKey => Length("SECRET_KEY_TOO_LONG", "at most", LongestKey),
            _ => null,
        };

        ValidationProblem Length(string reason, string bound, int length) => new(
            "secret", reason, $"The base64 of a secret for {names} must be of {bound} {length} bytes; it is of {key.Length}. {Instead}");
    }

    /// <summary>The fewest characters of a secret for the dialects.</summary>
    public static int LeastLength(IReadOnlyList<Dialect> dialects) =>
        dialects.Count > 0 && dialects.All(dialect => dialect.Equals(BuiltInDialects.Gowa)) ? ShortestOfGowa : WebhookSecret.MinLength;

    /// <summary>Whether a dialect's receivers verify with a library that decodes every secret as base64.</summary>
    public static bool IsStrict(IReadOnlyList<Dialect> dialects) => dialects.Any(IsStrict);

    /// <summary>Whether a dialect signs with the text of the secret, or sends it.</summary>
    public static bool ReadsText(IReadOnlyList<Dialect> dialects) => dialects.Any(dialect => !IsStrict(dialect));

    /// <summary>Returns the key bytes of base64 with or without the prefix, or null if the secret is something else.</summary>
    public static byte[]? Decode(string secret) => SecretDecoding.FromBase64(
        secret.StartsWith(WebhookSecret.Prefix, StringComparison.Ordinal) ? secret.AsSpan(WebhookSecret.Prefix.Length) : secret);

    // The libraries of receivers that know versions of signatures are those that decode secrets.
    private static bool IsStrict(Dialect dialect) => dialect.TakesEd25519;

    // Sent as it is, a secret is as long as it is written.
    private static int KeyLength(string secret, Dialect dialect) => dialect.Algorithm == SignatureAlgorithm.None
        ? secret.Length
        : SecretDecoding.Decode(dialect.KeyFormat, secret).Length;
}
