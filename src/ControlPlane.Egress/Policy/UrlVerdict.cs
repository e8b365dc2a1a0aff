using System.Diagnostics.CodeAnalysis;

namespace ControlPlane.Egress.Policy;

/// <param name="Reason">One of <see cref="UrlReason"/>.</param>
/// <param name="Message">One sentence for the person who wrote the URL.</param>
internal sealed record UrlViolation(string Reason, string Message);

/// <summary>The canonical form of an accepted URL, or everything that is wrong with a refused one.</summary>
internal sealed class UrlVerdict
{
    private UrlVerdict(Uri? url, IReadOnlyList<UrlViolation> violations) => (Url, Violations) = (url, violations);

    /// <summary>
    /// ASCII throughout, host in lower case and Punycode without a trailing dot, default port left out, path and query as they
    /// were written; checking it again gives itself. Null when refused.
    /// </summary>
    public Uri? Url { get; }

    public IReadOnlyList<UrlViolation> Violations { get; }

    [MemberNotNullWhen(true, nameof(Url))]
    public bool IsAllowed => Url is not null;

    public static UrlVerdict Allowed(Uri url) => new(url, []);

    public static UrlVerdict Refused(params IReadOnlyList<UrlViolation> violations) => new(null, violations);
}
