using System.Buffers;
using System.Diagnostics;

namespace ControlPlane.Signing;

/// <summary>Computes the encoded signatures of one dialect.</summary>
internal sealed class SignatureMaker
{
    private const int StackBytes = 512;

    private readonly Dialect _dialect;
    private readonly Utf8Template _before;
    private readonly Utf8Template _after;

    public SignatureMaker(Dialect dialect)
    {
        _dialect = dialect;
        var content = Template.Parse(dialect.Algorithm == SignatureAlgorithm.None ? "{body}" : dialect.SignedContent);
        Signed = content.Uses & Placeholder.Message;
        (var before, var after) = content.SplitAt(Placeholder.Body);
        (_before, _after) = (new Utf8Template(before), new Utf8Template(after));
        Length = (dialect.Algorithm, dialect.Encoding) switch
        {
            (SignatureAlgorithm.None, _) => null,
            (SignatureAlgorithm.HmacSha256, SignatureEncoding.Hex) => 64,
            (SignatureAlgorithm.HmacSha256, _) => 44,
            (_, SignatureEncoding.Hex) => 128,
            _ => 88,
        };
    }

    /// <summary>The message values that are signed besides the body.</summary>
    public Placeholder Signed { get; }

    /// <summary>The number of characters of every signature of the dialect's own algorithm; <see langword="null"/> when the secret itself is sent.</summary>
    public int? Length { get; }

    /// <summary>The number of characters that a key's signature has.</summary>
    public int LengthOf(SigningKey key) => key.IsEd25519 ? Ed25519Signatures.TextLength : Length ?? key.Secret.Length;

    /// <summary>Fills <paramref name="destination"/> with the signatures of all keys, one after the other.</summary>
    public void Sign(ReadOnlySpan<SigningKey> keys, in MessageValues values, ReadOnlySpan<byte> body, Span<char> destination)
    {
        if (_dialect.Algorithm == SignatureAlgorithm.None)
        {
            keys[0].Secret.CopyTo(destination);
            return;
        }
        var (beforeLength, afterLength) = (_before.Measure(values), _after.Measure(values));
        var rented = beforeLength + afterLength > StackBytes ? ArrayPool<byte>.Shared.Rent(beforeLength + afterLength) : null;
        var around = rented is null ? stackalloc byte[StackBytes] : rented;
        var before = around[..beforeLength];
        var after = around.Slice(beforeLength, afterLength);
        _before.Write(values, before);
        _after.Write(values, after);

        Span<byte> digest = stackalloc byte[SigningKey.MaxDigest];
        foreach (var key in keys)
        {
            var length = key.Sign(before, body, after, digest);
            destination = destination[Encode(digest[..length], destination)..];
        }
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private int Encode(ReadOnlySpan<byte> digest, Span<char> destination)
    {
        var done = _dialect.Encoding == SignatureEncoding.Hex
            ? Convert.TryToHexStringLower(digest, destination, out var written)
            : Convert.TryToBase64Chars(digest, destination, out written);
        Debug.Assert(done, "The buffer is measured with Length.");
        return written;
    }
}
