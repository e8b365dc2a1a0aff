using System.Buffers;
using System.Security.Cryptography;

namespace ControlPlane.Signing;

/// <summary>Signs with an Ed25519 private key (RFC 8032, without pre-hashing).</summary>
/// <param name="message">What is signed.</param>
/// <param name="signature">Where the 64 bytes of the signature go.</param>
public delegate void Ed25519Sign(ReadOnlySpan<byte> message, Span<byte> signature);

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
    private readonly Ed25519Sign? _ed25519;
    private IncrementalHash? _idle;

    private SigningKey(Dialect dialect, string secret)
    {
        _format = dialect.KeyFormat;
        _algorithm = dialect.Algorithm;
        Secret = _algorithm == SignatureAlgorithm.None ? secret : "";
        _key = _algorithm == SignatureAlgorithm.None ? [] : SecretDecoding.Decode(_format, secret);
    }

    private SigningKey(Ed25519Sign ed25519) => (_ed25519, _key, Secret) = (ed25519, [], "");

    /// <summary>Whether it makes Ed25519 signatures, whatever the dialect's own algorithm is.</summary>
    internal bool IsEd25519 => _ed25519 is not null;

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

    /// <summary>
    /// Makes a key that signs with Ed25519 in any dialect of which <see cref="Dialect.TakesEd25519"/> is true. The base class library
    /// has no Ed25519, so another one brings it.
    /// </summary>
    /// <param name="sign">Signs; called by many threads at once.</param>
    public static SigningKey FromEd25519(Ed25519Sign sign)
    {
        ArgumentNullException.ThrowIfNull(sign);
        return new SigningKey(sign);
    }

    internal bool Fits(Dialect dialect) => IsEd25519
        ? dialect.TakesEd25519
        : _algorithm == dialect.Algorithm && (_format == dialect.KeyFormat || _algorithm == SignatureAlgorithm.None);

    /// <summary>Signs three parts as if they were one; returns the length of the HMAC or signature.</summary>
    internal int Sign(ReadOnlySpan<byte> before, ReadOnlySpan<byte> body, ReadOnlySpan<byte> after, Span<byte> digest) =>
        _ed25519 is null ? Hash(before, body, after, digest) : Sign(_ed25519, before, body, after, digest);

    /// <summary>Ed25519 reads the message twice, so unlike an HMAC it takes it in one piece.</summary>
    private static int Sign(
        Ed25519Sign sign, ReadOnlySpan<byte> before, ReadOnlySpan<byte> body, ReadOnlySpan<byte> after, Span<byte> signature)
    {
        var length = before.Length + body.Length + after.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        before.CopyTo(rented);
        body.CopyTo(rented.AsSpan(before.Length));
        after.CopyTo(rented.AsSpan(before.Length + body.Length));
        sign(rented.AsSpan(0, length), signature[..Ed25519Signatures.Length]);
        ArrayPool<byte>.Shared.Return(rented);
        return Ed25519Signatures.Length;
    }

    private int Hash(ReadOnlySpan<byte> before, ReadOnlySpan<byte> body, ReadOnlySpan<byte> after, Span<byte> digest)
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
