namespace ControlPlane.Egress.Policy;

/// <summary>
/// Top-level names no public receiver can have. Sources: the IANA special-use domain names registry (RFC 6761), whose
/// names under <c>arpa</c> are covered by the whole of that infrastructure domain; <c>internal</c>, which ICANN reserved for
/// private use; and the names RFC 6762 appendix G lists as common on private networks. The registry's second-level
/// <c>example.com</c>, <c>.net</c> and <c>.org</c> are not here: they resolve publicly.
/// </summary>
internal static class SpecialUseNames
{
    private static readonly HashSet<string> TopLevel = new(StringComparer.Ordinal)
    {
        "alt", "arpa", "example", "invalid", "local", "localhost", "onion", "test",
        "internal",
        "corp", "home", "intranet", "lan", "localdomain", "private",
    };

    /// <summary>What keeps the name (lower case, no trailing dot) from being public, or null.</summary>
    public static string? Find(string name)
    {
        var lastDot = name.LastIndexOf('.');
        if (lastDot < 0)
        {
            return TopLevel.Contains(name) ? "a special-use name" : "a single-label name";
        }

        var top = name[(lastDot + 1)..];
        return TopLevel.Contains(top) ? $"under the special-use name .{top}" : null;
    }
}
