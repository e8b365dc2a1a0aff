using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>
/// Encrypts webhook secrets for the store: AES-256-GCM under a key derived from the master key, with a fresh random nonce. The
/// webhook's and the secret's id are authenticated with it, so a sealed secret moved to another webhook does not open.
/// </summary>
/// <remarks>Layout: version (1 byte, 1), nonce (12), tag (16), encrypted UTF-8.</remarks>
internal sealed class SecretSealer(MasterKey masterKey)
{
    private const byte Version = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeaderLength = 1 + NonceLength + TagLength;

    private readonly byte[] _key = masterKey.Derive("controlplane webhook secrets v1");

    /// <summary>Encrypts a secret; never the same bytes twice.</summary>
    public byte[] Seal(string webhookId, string secretId, string secret)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var sealedSecret = new byte[HeaderLength + plain.Length];
        sealedSecret[0] = Version;
        var nonce = sealedSecret.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(
            nonce,
            plain,
            sealedSecret.AsSpan(HeaderLength),
            sealedSecret.AsSpan(1 + NonceLength, TagLength),
            Owner(webhookId, secretId));
        CryptographicOperations.ZeroMemory(plain);
        return sealedSecret;
    }

    /// <summary>Decrypts a secret.</summary>
    /// <exception cref="SecretUnreadableException">It was sealed under another master key or for another webhook, or is damaged.</exception>
    public string Open(string webhookId, string secretId, ReadOnlySpan<byte> sealedSecret) =>
        TryOpen(webhookId, secretId, sealedSecret, out var secret)
            ? secret
            : throw SecretUnreadableException.For(webhookId, secretId);

    /// <summary>Decrypts a secret; false if it was sealed under another master key or for another webhook, or is damaged.</summary>
    public bool TryOpen(string webhookId, string secretId, ReadOnlySpan<byte> sealedSecret, [NotNullWhen(true)] out string? secret)
    {
        secret = null;
        if (sealedSecret.Length < HeaderLength || sealedSecret[0] != Version)
        {
            return false;
        }

        var plain = new byte[sealedSecret.Length - HeaderLength];
        using var aes = new AesGcm(_key, TagLength);
        try
        {
            aes.Decrypt(
                sealedSecret.Slice(1, NonceLength),
                sealedSecret[HeaderLength..],
                sealedSecret.Slice(1 + NonceLength, TagLength),
                plain,
                Owner(webhookId, secretId));
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        secret = Encoding.UTF8.GetString(plain);
        CryptographicOperations.ZeroMemory(plain);
        return true;
    }

    // Ids hold no NUL, so no two pairs give the same bytes.
    private static byte[] Owner(string webhookId, string secretId) => Encoding.UTF8.GetBytes($"{webhookId}\0{secretId}");
}
