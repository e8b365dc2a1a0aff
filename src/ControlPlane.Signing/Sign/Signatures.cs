namespace ControlPlane.Signing;

/// <summary>The encoded signatures of some keys, newest first, one after the other in one buffer.</summary>
internal readonly ref struct Signatures(ReadOnlySpan<char> text, ReadOnlySpan<SigningKey> keys, SignatureMaker maker)
{
    private readonly ReadOnlySpan<char> _text = text;
    private readonly ReadOnlySpan<SigningKey> _keys = keys;

    public int Count => _keys.Length;

    public ReadOnlySpan<char> this[int index] => _text.Slice(LengthOf(_keys[..index], maker), maker.LengthOf(_keys[index]));

    public bool IsEd25519(int index) => _keys[index].IsEd25519;

    /// <summary>The number of characters that the signatures of all keys have.</summary>
    public static int LengthOf(ReadOnlySpan<SigningKey> keys, SignatureMaker maker)
    {
        var length = 0;
        foreach (var key in keys)
        {
            length += maker.LengthOf(key);
        }

        return length;
    }
}
