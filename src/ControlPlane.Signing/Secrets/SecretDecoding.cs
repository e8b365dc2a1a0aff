using System.Buffers;
using System.Text;

namespace ControlPlane.Signing;

/// <summary>From the text of a secret to key bytes.</summary>
internal static class SecretDecoding
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    public static byte[] Decode(KeyFormat format, string secret)
    {
        var decoded = format == KeyFormat.WhsecBase64 && secret.StartsWith(WebhookSecret.Prefix, StringComparison.Ordinal)
            ? FromBase64(secret.AsSpan(WebhookSecret.Prefix.Length))
            : null;
        return decoded ?? Encoding.UTF8.GetBytes(secret);
    }

    /// <summary>
    /// Base64 as RFC 4648 section 4 writes it, padding whole or left out. Convert alone would also take white space, which
    /// the receivers' libraries refuse: both sides must agree on what is base64 and what is plain text.
    /// </summary>
    public static byte[]? FromBase64(ReadOnlySpan<char> text)
    {
        var digits = text.TrimEnd('=');
        var padding = text.Length - digits.Length;
        if (digits.IsEmpty
            || digits.Length % 4 == 1
            || digits.ContainsAnyExcept(Alphabet)
            || (padding > 0 && (padding > 2 || text.Length % 4 != 0)))
        {
            return null;
        }
        Span<char> padded = new char[(digits.Length + 3) / 4 * 4];
        padded.Fill('=');
        digits.CopyTo(padded);
        var bytes = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64Chars(padded, bytes, out var length) ? bytes[..length] : null;
    }
}
