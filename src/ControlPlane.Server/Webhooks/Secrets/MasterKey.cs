using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>
/// The key that everything secret in the store depends on. It is never used itself: each purpose has a key derived from it
/// (HKDF, RFC 5869).
/// </summary>
internal sealed class MasterKey
{
    /// <summary>In bytes.</summary>
    public const int Length = 32;

    private readonly byte[] _key;

    private MasterKey(byte[] key) => _key = key;

    /// <summary>A new random key.</summary>
    public static MasterKey Generate() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>Reads the base64 form.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out MasterKey? key)
    {
        // One byte more than needed, so that a key that is too long is noticed.
        var bytes = new byte[Length + 1];
        key = Convert.TryFromBase64String(text.Trim(), bytes, out var written) && written == Length ? new(bytes[..Length]) : null;
        return key is not null;
    }

    /// <summary>The 32-byte key for one purpose.</summary>
    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, Length, info: Encoding.UTF8.GetBytes(purpose));

    /// <summary>The base64 form, for the key file only.</summary>
    public string Export() => Convert.ToBase64String(_key);
}
