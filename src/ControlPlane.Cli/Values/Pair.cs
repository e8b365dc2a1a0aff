namespace ControlPlane.Cli.Values;

/// <summary>One <c>key=value</c> of a repeatable flag.</summary>
internal readonly record struct Pair(string Key, string Value)
{
    /// <summary>Splits at the first <c>=</c>; the value may be empty and may hold more of them.</summary>
    public static bool TryParse(string? text, out Pair pair)
    {
        var split = text?.IndexOf('=', StringComparison.Ordinal) ?? -1;
        pair = split > 0 ? new Pair(text![..split], text[(split + 1)..]) : default;
        return split > 0;
    }
}
