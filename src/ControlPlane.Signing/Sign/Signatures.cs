namespace ControlPlane.Signing;

/// <summary>Encoded signatures of equal length, newest key first, in one buffer.</summary>
internal readonly ref struct Signatures(ReadOnlySpan<char> text, int count)
{
    private readonly ReadOnlySpan<char> _text = text;

    public int Count { get; } = count;

    public ReadOnlySpan<char> this[int index]
    {
        get
        {
            var length = _text.Length / Count;
            return _text.Slice(index * length, length);
        }
    }
}
