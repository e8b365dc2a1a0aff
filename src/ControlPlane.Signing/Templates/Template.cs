namespace ControlPlane.Signing;

/// <summary>A piece of a template: literal text, or one placeholder.</summary>
internal readonly record struct Segment(string Literal, Placeholder Placeholder)
{
    public bool IsLiteral => Placeholder == Placeholder.None;
}

/// <summary>A template, parsed once.</summary>
internal sealed class Template(Segment[] segments)
{
    public ReadOnlySpan<Segment> Segments => segments;

    /// <summary>Every placeholder that occurs.</summary>
    public Placeholder Uses { get; } = segments.Aggregate(Placeholder.None, (uses, segment) => uses | segment.Placeholder);

    /// <summary>
    /// Parses; <c>{name}</c> is a placeholder and any other brace is text. Unknown names stay text and are added to
    /// <paramref name="unknown"/>.
    /// </summary>
    public static Template Parse(string text, ICollection<string>? unknown = null)
    {
        var segments = new List<Segment>();
        var literal = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var length = text[i] == '{' ? NameLength(text.AsSpan(i + 1)) : 0;
            if (length == 0)
            {
                continue;
            }
            var placeholder = Placeholders.Parse(text.AsSpan(i + 1, length));
            if (placeholder == Placeholder.None)
            {
                unknown?.Add(text.Substring(i, length + 2));
            }
            else
            {
                if (i > literal)
                {
                    segments.Add(new Segment(text[literal..i], Placeholder.None));
                }
                segments.Add(new Segment("", placeholder));
                literal = i + length + 2;
            }
            i += length + 1;
        }
        if (literal < text.Length)
        {
            segments.Add(new Segment(text[literal..], Placeholder.None));
        }
        return new Template([.. segments]);
    }

    public int Count(Placeholder placeholder) => segments.Count(s => s.Placeholder == placeholder);

    /// <summary>The parts before and after the only occurrence of <paramref name="placeholder"/>.</summary>
    public (Template Before, Template After) SplitAt(Placeholder placeholder)
    {
        var at = Array.FindIndex(segments, s => s.Placeholder == placeholder);
        return (new Template(segments[..at]), new Template(segments[(at + 1)..]));
    }

    /// <summary>The number of characters of a placeholder's name, when <paramref name="text"/> is <c>name}</c>; else 0.</summary>
    private static int NameLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || text[length] == '_'))
        {
            length++;
        }
        return length < text.Length && text[length] == '}' ? length : 0;
    }
}
