using System.Buffers;
using System.Globalization;
using System.Net;

namespace ControlPlane.Egress.Policy;

/// <summary>
/// The IPv4 spellings resolvers and browsers accept: one to four parts, each decimal, octal (leading <c>0</c>) or hexadecimal
/// (leading <c>0x</c>), the last filling the remaining bytes. Source: WHATWG URL Standard, "IPv4 parser", which is inet_aton's.
/// </summary>
internal static class Ipv4Spelling
{
    private const int MaxParts = 4;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>True when the last label is a number: no such top-level domain exists, so it is an address or nothing.</summary>
    public static bool IsNumeric(string host) =>
        TryPart(host[(host.LastIndexOf('.') + 1)..], out _, out var looksNumeric) || looksNumeric;

    public static bool TryParse(string host, out IPAddress address)
    {
        address = IPAddress.None;
        var parts = host.Split('.');
        if (parts.Length > MaxParts)
        {
            return false;
        }

        ulong value = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var bits = i < parts.Length - 1 ? 8 : 8 * (MaxParts + 1 - parts.Length);
            if (!TryPart(parts[i], out var part, out _) || part >> bits != 0)
            {
                return false;
            }

            value = (value << bits) | part;
        }

        address = new IPAddress([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
        return true;
    }

    private static bool TryPart(string text, out ulong value, out bool looksNumeric)
    {
        value = 0;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            looksNumeric = text.AsSpan(2).IndexOfAnyExcept(HexDigits) < 0;
            return looksNumeric && (text.Length == 2 || ulong.TryParse(
                text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value));
        }

        looksNumeric = text.Length > 0 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;
        return looksNumeric && (text.Length > 1 && text[0] == '0'
            ? TryOctal(text, out value)
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value));
    }

    private static bool TryOctal(string text, out ulong value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit > '7' || value >> 61 != 0)
            {
                return false;
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }
}
