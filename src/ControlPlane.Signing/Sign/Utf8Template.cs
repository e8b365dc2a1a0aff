using System.Text;

namespace ControlPlane.Signing;

/// <summary>A template that is written as bytes, its literals encoded once.</summary>
internal sealed class Utf8Template
{
    private readonly (byte[] Literal, Placeholder Placeholder)[] _segments;

    public Utf8Template(Template template) =>
        _segments = [.. template.Segments.ToArray().Select(s => (Encoding.UTF8.GetBytes(s.Literal), s.Placeholder))];

    /// <summary>The exact number of bytes that <see cref="Write"/> produces.</summary>
    public int Measure(in MessageValues values)
    {
        var length = 0;
        foreach (var (literal, placeholder) in _segments)
        {
            length += placeholder == Placeholder.None ? literal.Length : Encoding.UTF8.GetByteCount(values[placeholder]);
        }
        return length;
    }

    /// <summary>Writes to the start of <paramref name="destination"/> and returns the number of bytes.</summary>
    public int Write(in MessageValues values, Span<byte> destination)
    {
        var written = 0;
        foreach (var (literal, placeholder) in _segments)
        {
            if (placeholder == Placeholder.None)
            {
                literal.CopyTo(destination[written..]);
                written += literal.Length;
            }
            else
            {
                written += Encoding.UTF8.GetBytes(values[placeholder], destination[written..]);
            }
        }
        return written;
    }
}
