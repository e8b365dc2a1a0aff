using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace ControlPlane.Server;

/// <summary>
/// Numbers of the store as text that callers bring back: encrypted, so that they tell nothing of how much the platform does, and bound
/// to what they were given for. One block of AES-256 holds the number and eight bytes of an HMAC-SHA256 over it and its context.
/// </summary>
internal static class SealedNumber
{
    /// <summary>The length of the text.</summary>
    public const int Characters = 22;

    private const int Bytes = 16;
    private const int KeyBytes = 32;

    // Of the process, because what reads and writes such numbers is as static as their form. Random until the master key is known.
    private static Keys _keys = new(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>Takes the key that all numbers from now on are sealed with: the same after every start.</summary>
    /// <param name="key">32 bytes.</param>
    public static void Use(byte[] key) => _keys = new(key);

    /// <summary>Seals a number.</summary>
    /// <param name="context">What it is for.</param>
    /// <param name="number">The number.</param>
    public static string Write(ulong context, long number)
    {
        Span<byte> block = stackalloc byte[Bytes];
        Fill(_keys, context, number, block);
        Span<byte> token = stackalloc byte[Bytes];
        using var cipher = _keys.Cipher();
        cipher.EncryptEcb(block, token, PaddingMode.None);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>Opens what <see cref="Write"/> gave for the same context; null for anything else.</summary>
    public static long? Read(ulong context, string text)
    {
        Span<byte> token = stackalloc byte[Bytes];
        // Decoding passes over padding and white space, and throws at other characters than that; only the very text counts.
        if (text.Length != Characters
            || text.AsSpan().ContainsAnyExcept(Alphabet)
            || Base64Url.DecodeFromChars(text, token, out _, out var written) != OperationStatus.Done
            || written != Bytes
            || !text.AsSpan().SequenceEqual(Base64Url.EncodeToString(token)))
        {
            return null;
        }

        Span<byte> block = stackalloc byte[Bytes];
        using var cipher = _keys.Cipher();
        cipher.DecryptEcb(token, block, PaddingMode.None);
        var number = BinaryPrimitives.ReadInt64BigEndian(block);
        Span<byte> expected = stackalloc byte[Bytes];
        Fill(_keys, context, number, expected);
        return CryptographicOperations.FixedTimeEquals(block, expected) ? number : null;
    }

    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static void Fill(Keys keys, ulong context, long number, Span<byte> block)
    {
        Span<byte> input = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(input, number);
        BinaryPrimitives.WriteUInt64BigEndian(input[8..], context);
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(keys.Mac, input, digest);
        BinaryPrimitives.WriteInt64BigEndian(block, number);
        digest[..8].CopyTo(block[8..]);
    }

    private sealed class Keys(byte[] key)
    {
        private readonly byte[] _block = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeyBytes, info: "block"u8.ToArray());

        public byte[] Mac { get; } = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeyBytes, info: "mac"u8.ToArray());

        /// <summary>One for each use: they are not made to be shared by threads.</summary>
        public Aes Cipher()
        {
            var aes = Aes.Create();
            aes.Key = _block;
            return aes;
        }
    }
}
