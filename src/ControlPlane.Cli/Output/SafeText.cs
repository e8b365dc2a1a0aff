using System.Text;

namespace ControlPlane.Cli.Output;

/// <summary>Text from elsewhere, such as what a receiver answered, made harmless for a terminal and for one line.</summary>
internal static class SafeText
{
    /// <summary>The text with every control and formatting character written out, so that it can neither move the cursor nor break the line.</summary>
    public static string Line(string text)
    {
        if (!text.EnumerateRunes().Any(Harmful))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\n' => safe.Append("\\n"),
                '\r' => safe.Append("\\r"),
                '\t' => safe.Append("\\t"),
                _ => Harmful(rune) ? safe.Append($"\\u{rune.Value:x4}") : safe.Append(rune.ToString()),
            };
        }

        return safe.ToString();
    }

    // Format characters include the ones that turn the direction of text; the joiner inside emoji is one that does no harm.
    private static bool Harmful(Rune rune) =>
        Rune.IsControl(rune)
        || (rune.Value != 0x200d && Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Format
            or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator);
}
