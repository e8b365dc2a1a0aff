using ControlPlane.Signing;

namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>What the text of a secret is to dialects: one that receivers share, or an Ed25519 key.</summary>
internal static class SecretForms
{
    private static readonly ValidationProblem NotEd25519 = new(
        "secret",
        "SECRET_NOT_ED25519",
        $"An Ed25519 key is {WebhookSecret.Ed25519Prefix} and the base64 of the 32 bytes of the private key, or of these and the 32 of its public key.");

    /// <summary>Returns what is wrong with a caller's own secret; messages never contain it.</summary>
    public static IReadOnlyList<ValidationProblem> Validate(string secret, IReadOnlyList<Dialect> dialects) =>
        !Ed25519Key.IsMeant(secret, dialects) ? WebhookSecret.Validate(secret, dialects)
        : Ed25519Key.Read(secret) is null ? [NotEd25519]
        : [];

    /// <summary>Returns what is wrong with a caller's own secret that is to be an Ed25519 key.</summary>
    public static IReadOnlyList<ValidationProblem> ValidateEd25519(string secret) => Ed25519Key.Read(secret) is null ? [NotEd25519] : [];

    /// <summary>Returns the form in which a valid secret is kept.</summary>
    public static string Normalize(string secret, IReadOnlyList<Dialect> dialects) =>
        KeyOf(secret, dialects)?.Secret ?? WebhookSecret.Normalize(secret, dialects);

    /// <summary>The key pair that a secret is; null for one that receivers share.</summary>
    public static Ed25519Key? KeyOf(string secret, IReadOnlyList<Dialect> dialects) =>
        Ed25519Key.IsMeant(secret, dialects) ? Ed25519Key.Read(secret) : null;

    /// <summary>The key that a secret is in a dialect.</summary>
    public static SigningKey ToSigningKey(string secret, Dialect dialect) =>
        KeyOf(secret, [dialect]) is { } key ? SigningKey.FromEd25519(key.Sign) : SigningKey.FromSecret(dialect, secret);
}
