using System.Globalization;
using System.Text;

namespace ControlPlane.Signing;

/// <summary>Makes any text safe to stand in a header value.</summary>
internal static class HeaderText
{
    /// <summary>
    /// Percent-encodes, as UTF-8, every character that is not visible ASCII (0x21-0x7E); a lone surrogate becomes U+FFFD.
    /// Text without such characters is returned as it is.
    /// </summary>
    public static string Encode(string text) => text.AsSpan().ContainsAnyExceptInRange('\x21', '\x7e') ? EncodeSlow(text) : text;

    /// <summary>Whether a literal can be part of a header value: printable ASCII, spaces included.</summary>
    public static bool IsPrintable(string text) => !text.AsSpan().ContainsAnyExceptInRange('\x20', '\x7e');

    private static string EncodeSlow(string text)
    {
        var result = new StringBuilder(text.Length + 32);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is >= 0x21 and <= 0x7e)
            {
                result.Append((char)rune.Value);
                continue;
            }
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                result.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }
        return result.ToString();
    }
}
