using System.Globalization;
using System.Text;

namespace ControlPlane.Egress.Policy;

/// <summary>
/// A host name's one ASCII form, and what it could be taken for. The platform's own mapping is not relied on: without
/// ICU data it leaves compatibility characters alone, with ICU data it turns them into ASCII.
/// </summary>
internal static class HostName
{
    private const int MaxLength = 253;
    private const int MaxLabelLength = 63;
    private const int FullWidthOffset = 0xFEE0;

    private static readonly IdnMapping Idn = new();

    /// <summary>Blocks of letters and marks that some IDNA mapping turns into other characters (compatibility forms,
    /// combining marks that compose), so that a name written with them has no single meaning.</summary>
    private static readonly (int First, int Last)[] Ambiguous =
    [
        (0x00AA, 0x00AA), (0x00B5, 0x00B5), (0x00BA, 0x00BA), (0x0132, 0x0133), (0x013F, 0x0140), (0x0149, 0x0149),
        (0x017F, 0x017F), (0x01C4, 0x01CC), (0x01F1, 0x01F3), (0x02B0, 0x02B8), (0x02E0, 0x02E4), (0x0300, 0x037A),
        (0x03D0, 0x03D6), (0x03F0, 0x03F9), (0x1D2C, 0x1D78), (0x1D9B, 0x1DBF), (0x1E9A, 0x1E9B), (0x2000, 0x2BFF),
        (0x2C7C, 0x2C7D), (0x3131, 0x318E), (0xA69C, 0xA69D), (0xA770, 0xA770), (0xA7F2, 0xA7F9), (0xF900, 0xFFFF),
        (0x10780, 0x107BF), (0x1D400, 0x1D7FF), (0x1EE00, 0x1EEFF), (0x1FBF0, 0x1FBF9), (0x2F800, 0x2FA1F),
    ];

    /// <summary>
    /// The name with every dot, digit and full-width character in its ASCII form and without one trailing dot: what
    /// a lenient reader could take it for. Not a name to dial.
    /// </summary>
    public static string Fold(string host)
    {
        var folded = new StringBuilder(host.Length);
        foreach (var rune in host.EnumerateRunes())
        {
            var digit = CharUnicodeInfo.GetDigitValue(rune.ToString(), 0);
            folded.Append(rune.Value switch
            {
                _ when IsDot(rune) => '.',
                _ when digit >= 0 => (char)('0' + digit),
                >= 0xFF01 and <= 0xFF5E => char.ToLowerInvariant((char)(rune.Value - FullWidthOffset)),
                _ => Rune.ToLowerInvariant(rune).ToString(),
            });
        }

        return WithoutTrailingDot(folded.ToString());
    }

    /// <summary>Lower case, Punycode where needed, without one trailing dot; null when it is no host name.</summary>
    public static string? ToAscii(string host)
    {
        var plain = new StringBuilder(host.Length);
        foreach (var rune in host.EnumerateRunes())
        {
            if (IsDot(rune))
            {
                plain.Append('.');
            }
            else if (IsNameCharacter(rune))
            {
                plain.Append(Rune.ToLowerInvariant(rune).ToString());
            }
            else
            {
                return null;
            }
        }

        var labels = WithoutTrailingDot(plain.ToString()).Split('.');
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = Ascii.IsValid(labels[i]) ? labels[i] : ToPunycode(labels[i]);
            if (labels[i].Length is 0 or > MaxLabelLength || labels[i][0] == '-' || labels[i][^1] == '-')
            {
                return null;
            }
        }

        var name = string.Join('.', labels);
        return name.Length <= MaxLength ? name : null;
    }

    private static string ToPunycode(string label)
    {
        try
        {
            return Idn.GetAscii(label);
        }
        catch (ArgumentException)
        {
            return "";
        }
    }

    private static string WithoutTrailingDot(string host) => host.EndsWith('.') ? host[..^1] : host;

    /// <summary>The full stop and what RFC 3490 section 3.1 and compatibility mapping read as one.</summary>
    private static bool IsDot(Rune rune) => rune.Value is '.' or 0x3002 or 0xFF0E or 0xFF61 or 0x2024 or 0xFE52;

    private static bool IsNameCharacter(Rune rune)
    {
        if (rune.IsAscii)
        {
            return char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is '-' or '_';
        }

        return (Rune.IsLetter(rune) || IsMarkOrDigit(rune))
            && !Array.Exists(Ambiguous, block => block.First <= rune.Value && rune.Value <= block.Last);
    }

    private static bool IsMarkOrDigit(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber;
}
