namespace ControlPlane.Storage.Transitions;

/// <summary>Patterns of event types: <c>*</c>, an exact type, or a prefix that ends in <c>.*</c>.</summary>
public static class EventTypePattern
{
    /// <summary>Returns whether a pattern covers a type.</summary>
    public static bool Covers(string pattern, string type) =>
        pattern == "*" || pattern == type
        || (pattern.EndsWith(".*", StringComparison.Ordinal) && type.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1)));

    /// <summary>Returns whether any of the patterns covers a type. No patterns cover every type.</summary>
    public static bool AnyCovers(IReadOnlyList<string> patterns, string type) =>
        patterns.Count == 0 || patterns.Any(pattern => Covers(pattern, type));
}
