namespace ControlPlane.Signing;

/// <summary>A header from which one signed value is read.</summary>
internal sealed class ValueHeader
{
    private readonly string _before;
    private readonly string _after;

    public ValueHeader(string name, Template template)
    {
        Name = name;
        Carries = SignedContentRules.Carries(template);
        (var before, var after) = template.SplitAt(Carries);
        (_before, _after) = (Literal(before), Literal(after));
    }

    public string Name { get; }

    public Placeholder Carries { get; }

    /// <summary>The value between the constant parts, or <see langword="null"/> when they are not there.</summary>
    public string? Read(string text) =>
        text.Length >= _before.Length + _after.Length
        && text.StartsWith(_before, StringComparison.Ordinal)
        && text.EndsWith(_after, StringComparison.Ordinal)
            ? text[_before.Length..^_after.Length]
            : null;

    private static string Literal(Template template) => template.Segments.IsEmpty ? "" : template.Segments[0].Literal;
}
