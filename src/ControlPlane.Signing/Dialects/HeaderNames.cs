using System.Buffers;
using System.Collections.Frozen;

namespace ControlPlane.Signing;

/// <summary>Which header names a webhook request may carry besides those the HTTP client owns.</summary>
public static class HeaderNames
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly FrozenSet<string> Reserved = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "connection", "expect", "host", "http2-settings", "keep-alive", "proxy-authenticate", "proxy-authorization",
        "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "user-agent");

    /// <summary>Whether the name is a token as RFC 9110 section 5.6.2 defines it, of at most 128 characters.</summary>
    /// <param name="name">The name; <see langword="null"/> is none.</param>
    public static bool IsToken(string? name) =>
        name is { Length: > 0 and <= 128 } && !name.AsSpan().ContainsAnyExcept(TokenCharacters);

    /// <summary>
    /// Whether the name belongs to the connection or the message itself: hop-by-hop (RFC 9110 section 7.6.1),
    /// <c>host</c>, <c>expect</c>, <c>user-agent</c> and <c>content-*</c>, in any case.
    /// </summary>
    /// <param name="name">The name.</param>
    public static bool IsReserved(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith("content-", StringComparison.OrdinalIgnoreCase) || Reserved.Contains(name);
    }
}
