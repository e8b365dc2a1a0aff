using System.Globalization;
using System.Text;

namespace ControlPlane.Server.Api.Validation;

/// <summary>Characters that make a text read otherwise than it is stored.</summary>
internal static class HiddenCharacters
{
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>
    /// Unicode's explicit directional embeddings, overrides and isolates (UAX #9, section 2): unclosed, they turn around what
    /// follows the text too.
    /// </summary>
    public static bool SteerDirection(Rune rune) => rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    /// <summary>
    /// Whether two texts that differ in it can look alike: what steers or marks direction, what has no width, and what ends a line.
    /// The two joiners are not meant, which Persian, the scripts of India and many emoji are written with.
    /// </summary>
    public static bool Mislead(Rune rune) =>
        rune.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner)
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
