using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.Server.Access;

/// <summary>SHA-256 of an API key, as a value: keys are looked up by it, so the secrets themselves are never compared.</summary>
internal readonly record struct ApiKeyHash(ulong A, ulong B, ulong C, ulong D)
{
    private const int MostOnStack = 512;

    public static ApiKeyHash Of(ReadOnlySpan<char> key)
    {
        var size = Encoding.UTF8.GetMaxByteCount(key.Length);
        var bytes = size <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[size];
        Span<ulong> digest = stackalloc ulong[4];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(key, bytes)], MemoryMarshal.AsBytes(digest));
        return new(digest[0], digest[1], digest[2], digest[3]);
    }

    /// <summary>The 32 bytes that the store knows.</summary>
    public byte[] ToBytes() => MemoryMarshal.AsBytes([A, B, C, D]).ToArray();
}
