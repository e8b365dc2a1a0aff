using System.Runtime.CompilerServices;

namespace ControlPlane.Signing;

/// <summary>How one header value is written.</summary>
internal abstract class HeaderPlan(string name)
{
    public string Name { get; } = name;

    public abstract string Render(in MessageValues values, Signatures signatures);

    protected static void Append(
        ref DefaultInterpolatedStringHandler text,
        Template template,
        in MessageValues values,
        scoped ReadOnlySpan<char> signature)
    {
        foreach (var segment in template.Segments)
        {
            switch (segment.Placeholder)
            {
                case Placeholder.None:
                    text.AppendLiteral(segment.Literal);
                    break;
                case Placeholder.Signature:
                    text.AppendFormatted(signature);
                    break;
                default:
                    text.AppendLiteral(values[segment.Placeholder]);
                    break;
            }
        }
    }
}

/// <summary>A header with message values only.</summary>
internal sealed class PlainHeader(string name, Template template) : HeaderPlan(name)
{
    public override string Render(in MessageValues values, Signatures signatures)
    {
        // The usual header is one value or one constant, whose string can be used as it is.
        if (template.Segments.Length == 1)
        {
            var only = template.Segments[0];
            return only.IsLiteral ? only.Literal : values[only.Placeholder];
        }
        var text = new DefaultInterpolatedStringHandler(0, 0, null, stackalloc char[256]);
        Append(ref text, template, values, []);
        return text.ToStringAndClear();
    }
}
