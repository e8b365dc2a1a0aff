using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ControlPlane.Egress.Policy;

/// <summary>
/// Reads URLs without touching path and query: receivers sign or route by the bytes, and <see cref="Uri"/> by itself turns
/// <c>%41</c> into <c>A</c>, <c>%c3</c> into <c>%C3</c>, and removes dot segments.
/// </summary>
internal static class WebhookUri
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <param name="url">A URL that <see cref="UrlPolicy"/> gave.</param>
    /// <exception cref="UriFormatException">It is not a URL.</exception>
    public static Uri Parse(string url) => new(url, AsWritten);

    public static bool TryParse(string url, [NotNullWhen(true)] out Uri? uri) => Uri.TryCreate(url, AsWritten, out uri);

    /// <summary>Path and query as they are sent: as written, with characters beyond ASCII percent-encoded as UTF-8.</summary>
    /// <param name="tail">From the first <c>/</c> or <c>?</c> on, or empty.</param>
    public static string Target(string tail)
    {
        var target = new StringBuilder(tail.Length + 1);
        if (!tail.StartsWith('/'))
        {
            target.Append('/');
        }

        foreach (var rune in tail.EnumerateRunes())
        {
            target.Append(rune.IsAscii ? rune.ToString() : Uri.EscapeDataString(rune.ToString()));
        }

        return target.ToString();
    }
}
