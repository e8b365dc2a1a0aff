using System.Buffers.Text;
using System.Security.Cryptography;

namespace ControlPlane.Server.Access;

/// <summary>The keys themselves: <c>cpk_</c> and the base64url text of 32 random bytes.</summary>
internal static class ApiKeySecret
{
    public const string Prefix = "cpk_";

    /// <summary>Of a configured key; made ones have 47 characters.</summary>
    public const int ShortestLength = 32;

    public static string Create()
    {
        Span<byte> random = stackalloc byte[32];
        RandomNumberGenerator.Fill(random);
        return Prefix + Base64Url.EncodeToString(random);
    }

    /// <summary>Whether it can be a key at all.</summary>
    public static bool HasShape(ReadOnlySpan<char> key) =>
        key.Length >= ShortestLength
        && key.StartsWith(Prefix, StringComparison.Ordinal)
        && !key.ContainsAnyExceptInRange('!', '~');
}
