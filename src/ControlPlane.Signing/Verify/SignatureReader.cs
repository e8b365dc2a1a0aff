using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ControlPlane.Signing;

/// <summary>Reads a received signature header, item by item. Items of another shape (other versions) are passed over.</summary>
/// <param name="header">The header's plan.</param>
/// <param name="signatureLength">The length of a signature; <see langword="null"/> when the secret itself is sent.</param>
internal sealed class SignatureReader(SignatureHeader header, int? signatureLength)
{
    public SignatureHeader Header => header;

    /// <summary>Whether the header holds a signature, and at most one timestamp value.</summary>
    public bool TryRead(string text, out string? timestamp)
    {
        timestamp = null;
        var signed = false;
        foreach (var range in Items(text))
        {
            foreach (var shape in header.Shapes)
            {
                if (!TryRead(shape, text.AsSpan(range).Trim(' '), out var time, out var signature))
                {
                    continue;
                }
                signed |= !signature.IsEmpty;
                if (!time.IsEmpty && timestamp is not null && !time.SequenceEqual(timestamp))
                {
                    return false;
                }
                timestamp ??= time.IsEmpty ? null : time.ToString();
            }
        }
        return signed;
    }

    /// <summary>Whether the header holds <paramref name="expected"/>; takes the same time wherever a difference is.</summary>
    public bool Contains(string text, ReadOnlySpan<char> expected)
    {
        var found = false;
        foreach (var range in Items(text))
        {
            foreach (var shape in header.Shapes)
            {
                if (TryRead(shape, text.AsSpan(range).Trim(' '), out _, out var signature) && !signature.IsEmpty)
                {
                    found |= signatureLength is null ? SecretEquals(signature, expected) : FixedTimeEquals(signature, expected);
                }
            }
        }
        return found;
    }

    private MemoryExtensions.SpanSplitEnumerator<char> Items(ReadOnlySpan<char> text) =>
        // Without a list there is one item; no header value contains a line feed.
        text.Split(header.Separator ?? '\n');

    private static bool FixedTimeEquals(ReadOnlySpan<char> a, ReadOnlySpan<char> b) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(a), MemoryMarshal.AsBytes(b));

    // Digests have one length, so that the time taken does not tell the secret's. HTTP trims values: a secret's outer
    // spaces are not received.
    private static bool SecretEquals(ReadOnlySpan<char> received, ReadOnlySpan<char> secret)
    {
        Span<byte> a = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> b = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(received.Trim(' ')), a);
        SHA256.HashData(MemoryMarshal.AsBytes(secret.Trim(' ')), b);
        return CryptographicOperations.FixedTimeEquals(a, b);
    }

    /// <summary>Whether the text has the shape, and what stands at its placeholders (empty: not in the shape).</summary>
    private bool TryRead(
        Template shape, ReadOnlySpan<char> text, out ReadOnlySpan<char> timestamp, out ReadOnlySpan<char> signature)
    {
        timestamp = signature = default;
        var literals = 0;
        foreach (var segment in shape.Segments)
        {
            literals += segment.Literal.Length;
        }
        foreach (var segment in shape.Segments)
        {
            // A secret stands alone among literals, so what they leave is its own.
            var length = segment.Placeholder switch
            {
                Placeholder.Timestamp => Digits(text),
                Placeholder.Signature => signatureLength ?? text.Length - literals,
                _ => text.StartsWith(segment.Literal, StringComparison.Ordinal) ? segment.Literal.Length : 0,
            };
            if (length <= 0 || length > text.Length)
            {
                return false;
            }
            timestamp = segment.Placeholder == Placeholder.Timestamp ? text[..length] : timestamp;
            signature = segment.Placeholder == Placeholder.Signature ? text[..length] : signature;
            literals -= segment.Literal.Length;
            text = text[length..];
        }
        return text.IsEmpty;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        return length < 0 ? text.Length : length;
    }
}
