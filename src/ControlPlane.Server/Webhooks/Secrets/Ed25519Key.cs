using System.Security.Cryptography;
using ControlPlane.Signing;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>
/// A key pair with which requests are signed, as text in the forms of the Standard Webhooks specification: <c>whsk_</c> and the base64
/// of private and public key, <c>whpk_</c> and that of the public key.
/// </summary>
internal sealed class Ed25519Key
{
    private const string PublicPrefix = "whpk_";

    /// <summary>The length of either key.</summary>
    private const int Half = 32;

    private readonly byte[] _pair = new byte[2 * Half];

    private Ed25519Key(ReadOnlySpan<byte> privateKey)
    {
        privateKey.CopyTo(_pair);
        Ed25519.GeneratePublicKey(privateKey, _pair.AsSpan(Half));
    }

    /// <summary>The private key with the public one behind it.</summary>
    public string Secret => WebhookSecret.Ed25519Prefix + Convert.ToBase64String(_pair);

    public string PublicKey => PublicPrefix + Convert.ToBase64String(_pair, Half, Half);

    public static Ed25519Key Generate() => new(RandomNumberGenerator.GetBytes(Half));

    /// <summary>Whether a secret for these dialects is such a key. To dialects that sign with the text of a secret it is a text.</summary>
    public static bool IsMeant(string secret, IReadOnlyList<Dialect> dialects) =>
        secret.StartsWith(WebhookSecret.Ed25519Prefix, StringComparison.Ordinal)
        && dialects.Count > 0
        && dialects.All(dialect => dialect.TakesEd25519);

    /// <summary>Reads a key with or without its public half; null if it is none.</summary>
    public static Ed25519Key? Read(string secret)
    {
        Span<byte> bytes = stackalloc byte[2 * Half];
        if (!secret.StartsWith(WebhookSecret.Ed25519Prefix, StringComparison.Ordinal)
            || !Convert.TryFromBase64String(secret[WebhookSecret.Ed25519Prefix.Length..], bytes, out var length)
            || length is not (Half or 2 * Half))
        {
            return null;
        }

        var key = new Ed25519Key(bytes[..Half]);
        return length == Half || CryptographicOperations.FixedTimeEquals(key._pair, bytes) ? key : null;
    }

    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature) =>
        Ed25519.Sign(_pair.AsSpan(0, Half), _pair.AsSpan(Half), message, signature);
}
