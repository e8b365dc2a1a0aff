using System.Security.Cryptography;

namespace ControlPlane.Signing;

/// <summary>
/// A secret, parsed for the dialects that share one key format and algorithm. Make it once and keep it: it also keeps the
/// prepared hash state (about 1 KB of native memory, from the first signature on). Safe for use by many threads at once.
/// </summary>
public sealed class SigningKey
{
    /// <summary>The largest digest of any algorithm, in bytes.</summary>
    internal const int MaxDigest = HMACSHA512.HashSizeInBytes;

    private readonly byte[] _key;
    private readonly KeyFormat _format;
    private readonly SignatureAlgorithm _algorithm;
    private IncrementalHash? _idle;

    private SigningKey(Dialect dialect, string secret)
    {
        _format = dialect.KeyFormat;
        _algorithm = dialect.Algorithm;
        Secret = _algorithm == SignatureAlgorithm.None ? secret : "";
        _key = _algorithm == SignatureAlgorithm.None ? [] : SecretDecoding.Decode(_format, secret);
    }

    /// <summary>The secret itself, only for <see cref="SignatureAlgorithm.None"/>; else empty.</summary>
    internal string Secret { get; }

    /// <summary>Parses a secret as the dialect reads it.</summary>
    /// <param name="dialect">The dialect to sign for; every dialect of the same key format and algorithm can use the key.</param>
    /// <param name="secret">The secret. Its strength is not judged here; see <see cref="WebhookSecret.Validate(string?)"/>.</param>
    /// <exception cref="ArgumentException">
    /// The secret is empty, or the dialect sends it as it is and it is not printable ASCII.
    /// </exception>
    public static SigningKey FromSecret(Dialect dialect, string secret)
    {
        ArgumentNullException.ThrowIfNull(dialect);
        ArgumentException.ThrowIfNullOrEmpty(secret);
        if (dialect.Algorithm == SignatureAlgorithm.None && !HeaderText.IsPrintable(secret))
        {
            throw new ArgumentException("A secret that is sent in a header must be printable ASCII.", nameof(secret));
        }
        return new SigningKey(dialect, secret);
    }

    internal bool Fits(Dialect dialect) =>
        _algorithm == dialect.Algorithm && (_format == dialect.KeyFormat || _algorithm == SignatureAlgorithm.None);

    /// <summary>HMAC over three parts as if they were one, without joining them; returns the digest's length.</summary>
    internal int Hash(ReadOnlySpan<byte> before, ReadOnlySpan<byte> body, ReadOnlySpan<byte> after, Span<byte> digest)
    {
        // Taking the idle state out makes it this thread's alone; a second thread meanwhile makes its own. Reusing the
        // state halves the cost of a small signature, since the key schedule is not repeated.
        var hash = Interlocked.Exchange(ref _idle, null) ?? IncrementalHash.CreateHMAC(Name, _key);
        hash.AppendData(before);
        hash.AppendData(body);
        hash.AppendData(after);
        var length = hash.GetHashAndReset(digest);
        if (Interlocked.CompareExchange(ref _idle, hash, null) is not null)
        {
            hash.Dispose();
        }
        return length;
    }

    private HashAlgorithmName Name =>
        _algorithm == SignatureAlgorithm.HmacSha512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;
}
