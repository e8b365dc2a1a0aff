using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ControlPlane.Egress.Policy;

/// <summary>
/// The pieces of a URL as written (RFC 3986 section 3), before any library normalises them: <see cref="Uri"/> trims,
/// folds and repairs, and what it repairs is what has to be judged.
/// </summary>
/// <param name="Scheme">In the case it was written in.</param>
/// <param name="HasUserInfo">The authority holds an <c>@</c>.</param>
/// <param name="Host">Without brackets; user info and port cut off.</param>
/// <param name="IsBracketed">The host was written in brackets, as IPv6 addresses are.</param>
/// <param name="Port">As written after the colon; null without a colon.</param>
/// <param name="Tail">Path, query and fragment, from the first <c>/</c>, <c>?</c> or <c>#</c> on.</param>
internal sealed record UrlText(string Scheme, bool HasUserInfo, string Host, bool IsBracketed, string? Port, string Tail)
{
    private static readonly SearchValues<char> SchemeCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    public bool HasFragment => Tail.Contains('#', StringComparison.Ordinal);

    public static bool TryRead(string text, [NotNullWhen(true)] out UrlText? url, out string fault)
    {
        url = null;
        fault = "must be an absolute URL that starts with https://";
        if (!HasOnlyVisible(text))
        {
            fault = "contains white space, a control character or a backslash";
            return false;
        }

        var schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd < 1 || text.AsSpan(0, schemeEnd).IndexOfAnyExcept(SchemeCharacters) >= 0)
        {
            return false;
        }

        var rest = text.AsSpan(schemeEnd + 3);
        var authorityEnd = rest.IndexOfAny("/?#");
        var authority = authorityEnd < 0 ? rest : rest[..authorityEnd];
        var at = authority.LastIndexOf('@');
        if (!TrySplit(authority[(at + 1)..], out var host, out var isBracketed, out var port))
        {
            fault = "has no valid host and port";
            return false;
        }

        url = new UrlText(text[..schemeEnd], at >= 0, host, isBracketed, port, rest[authority.Length..].ToString());
        return true;
    }

    private static bool TrySplit(ReadOnlySpan<char> text, out string host, out bool isBracketed, out string? port)
    {
        isBracketed = text.StartsWith('[');
        var hostEnd = isBracketed ? text.IndexOf(']') + 1 : text.IndexOf(':');
        hostEnd = !isBracketed && hostEnd < 0 ? text.Length : hostEnd;
        var after = text[hostEnd..];
        host = (isBracketed && hostEnd > 0 ? text[1..(hostEnd - 1)] : text[..hostEnd]).ToString();
        port = after.IsEmpty ? null : after[1..].ToString();
        return (!isBracketed || hostEnd > 0) && (after.IsEmpty || (after[0] == ':' && !after[1..].Contains(':')));
    }

    private static bool HasOnlyVisible(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '\\' || !Rune.TryGetRuneAt(text, i, out var rune))
            {
                return false;
            }

            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return false;
            }

            i += rune.Utf16SequenceLength;
        }

        return true;
    }
}
