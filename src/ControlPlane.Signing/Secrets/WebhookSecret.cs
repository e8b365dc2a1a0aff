using System.Security.Cryptography;

namespace ControlPlane.Signing;

/// <summary>The text of webhook secrets: making, checking and masking them.</summary>
public static class WebhookSecret
{
    /// <summary>The prefix of generated secrets (Standard Webhooks specification): <c>whsec_</c>.</summary>
    public const string Prefix = "whsec_";

    /// <summary>The fewest characters a secret may have: 8.</summary>
    public const int MinLength = 8;

    /// <summary>The most characters a secret may have: 256.</summary>
    public const int MaxLength = 256;

    /// <summary>The prefix of Ed25519 private keys (Standard Webhooks specification): <c>whsk_</c>.</summary>
    public const string Ed25519Prefix = "whsk_";

    private const string Mask = "••••";

    /// <summary>A new secret: <c>whsec_</c> and the base64 of 32 cryptographically random bytes, 50 characters.</summary>
    public static string Generate() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Checks a caller's own secret: 8 to 256 printable ASCII characters (0x20-0x7E).</summary>
    /// <param name="secret">The secret; <see langword="null"/> counts as empty.</param>
    /// <returns>
    /// The problems of field <c>secret</c>, empty when there are none: <c>SECRET_TOO_SHORT</c>, <c>SECRET_TOO_LONG</c>,
    /// <c>SECRET_NOT_PRINTABLE</c>. Messages never contain the secret.
    /// </returns>
    public static IReadOnlyList<ValidationProblem> Validate(string? secret) => Validate(secret, MinLength);

    /// <summary>Checks a caller's own secret as <see cref="Validate(string?)"/> does, and for the dialects it is to sign in.</summary>
    /// <remarks>
    /// The built-in dialects of <see cref="KeyFormat.WhsecBase64"/> take what their receivers' libraries take: base64 of 24 to 64
    /// bytes, with or without <see cref="Prefix"/>. Beside a dialect that reads the secret as text the prefix is required, since it
    /// is part of that text. A custom dialect of that key format takes any text, and at least 8 bytes after <see cref="Prefix"/>.
    /// <c>gowa</c> takes 6 characters.
    /// </remarks>
    /// <param name="secret">The secret; <see langword="null"/> counts as empty.</param>
    /// <param name="dialects">The dialects it is to sign in.</param>
    /// <returns>
    /// The problems of field <c>secret</c>; besides those above <c>SECRET_NOT_BASE64</c>, <c>SECRET_KEY_TOO_SHORT</c> and
    /// <c>SECRET_KEY_TOO_LONG</c>. Messages never contain the secret.
    /// </returns>
    public static IReadOnlyList<ValidationProblem> Validate(string? secret, params IReadOnlyList<Dialect> dialects)
    {
        ArgumentNullException.ThrowIfNull(dialects);
        var problems = Validate(secret, SecretKeyRules.LeastLength(dialects));
        return problems.Count > 0 ? problems : SecretKeyRules.Check(secret!, dialects) is { } problem ? [problem] : [];
    }

    /// <summary>
    /// Returns the form in which a valid secret is kept: <see cref="Prefix"/> and padded base64 if a built-in dialect of
    /// <see cref="KeyFormat.WhsecBase64"/> is to sign with it and no dialect reads it as text, and else the secret itself.
    /// </summary>
    /// <param name="secret">A secret that <see cref="Validate(string?, IReadOnlyList{Dialect})"/> finds no problem in.</param>
    /// <param name="dialects">The dialects it is to sign in.</param>
    public static string Normalize(string secret, IReadOnlyList<Dialect> dialects)
    {
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentNullException.ThrowIfNull(dialects);
        return SecretKeyRules.IsStrict(dialects) && !SecretKeyRules.ReadsText(dialects) && SecretKeyRules.Decode(secret) is { } key
            ? Prefix + Convert.ToBase64String(key)
            : secret;
    }

    /// <summary>
    /// A mask by which people can tell secrets apart: <c>whsec_••••abcdef</c> (the last 6 characters) for a secret with
    /// that prefix or <see cref="Ed25519Prefix"/>, <c>••••abcd</c> (the last 4) for any other. At most a quarter of what is secret is shown, so short
    /// secrets show less: the prefix, which everybody knows, does not count.
    /// </summary>
    /// <param name="secret">The secret.</param>
    public static string Hint(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var prefix = secret.StartsWith(Prefix, StringComparison.Ordinal) ? Prefix
            : secret.StartsWith(Ed25519Prefix, StringComparison.Ordinal) ? Ed25519Prefix
            : "";
        var hidden = secret.AsSpan(prefix.Length);
        var shown = Math.Min(prefix.Length > 0 ? 6 : 4, hidden.Length / 4);
        return string.Concat(prefix, Mask, hidden[^shown..]);
    }

    private static List<ValidationProblem> Validate(string? secret, int least)
    {
        secret ??= "";
        var problems = new List<ValidationProblem>();
        if (secret.Length < least)
        {
            problems.Add(new("secret", "SECRET_TOO_SHORT", $"A secret has at least {least} characters."));
        }
        if (secret.Length > MaxLength)
        {
            problems.Add(new("secret", "SECRET_TOO_LONG", $"A secret has at most {MaxLength} characters."));
        }
        if (!HeaderText.IsPrintable(secret))
        {
            problems.Add(new("secret", "SECRET_NOT_PRINTABLE", "A secret consists of printable ASCII characters."));
        }
        return problems;
    }
}
