using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;

namespace ControlPlane.Server.Watching;

/// <summary>
/// Where a watch stands, as text that clients keep: a revision, and the id of the store that counted it, so that a token of
/// another store is not mistaken for one of this.
/// </summary>
internal static class ResumeToken
{
    private const byte Version = 1;
    private const int ContentBytes = 17;
    private const int TokenBytes = ContentBytes + 4;
    private const int TokenCharacters = TokenBytes / 3 * 4;

    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static string Write(string storeId, long revision)
    {
        Span<byte> bytes = stackalloc byte[TokenBytes];
        Fill(storeId, revision, bytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The revision, or null if this is not a token of this store.</summary>
    public static long? Read(string storeId, string token)
    {
        // Decoding throws at other characters, and skips white space.
        if (token.Length != TokenCharacters || token.AsSpan().ContainsAnyExcept(Alphabet))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[TokenBytes];
        Base64Url.DecodeFromChars(token, bytes);

        var revision = BinaryPrimitives.ReadInt64BigEndian(bytes[9..]);
        Span<byte> expected = stackalloc byte[TokenBytes];
        Fill(storeId, revision, expected);
        return revision >= 0 && bytes.SequenceEqual(expected) ? revision : null;
    }

    private static void Fill(string storeId, long revision, Span<byte> bytes)
    {
        bytes[0] = Version;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[1..], ulong.Parse(storeId, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        BinaryPrimitives.WriteInt64BigEndian(bytes[9..], revision);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..ContentBytes], digest);
        digest[..4].CopyTo(bytes[ContentBytes..]);
    }
}
