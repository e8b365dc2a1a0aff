namespace ControlPlane.Storage;

/// <summary>The place in a trace that something follows from, as W3C Trace Context has it.</summary>
/// <param name="Parent">A <c>traceparent</c>.</param>
/// <param name="State">The <c>tracestate</c>; empty for none.</param>
public sealed record TraceContext(string Parent, string State)
{
    /// <summary>Returns it as one text, which <see cref="Parse"/> reads.</summary>
    public override string ToString() => State.Length == 0 ? Parent : $"{Parent} {State}";

    /// <summary>Returns what a text stands for; null for null.</summary>
    public static TraceContext? Parse(string? text)
    {
        // A traceparent has no spaces.
        var end = text?.IndexOf(' ', StringComparison.Ordinal) ?? -1;
        return text is null ? null : end < 0 ? new(text, "") : new(text[..end], text[(end + 1)..]);
    }
}
