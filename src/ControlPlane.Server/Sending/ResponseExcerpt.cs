using System.Buffers;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;

namespace ControlPlane.Server.Sending;

/// <summary>The beginning of an answer's body as text that is fit to be shown.</summary>
internal static class ResponseExcerpt
{
    public const int MaxBytes = 1024;

    /// <summary>
    /// What is not UTF-8 is replaced, control characters too, so that nobody's terminal or log is written to by a receiver. A
    /// character that the limit would cut is left out. A body in a content coding is unpacked as far as the limit, or said to be packed.
    /// </summary>
    public static string Of(ReadOnlySpan<byte> body, HttpContentHeaders headers)
    {
        if (body.IsEmpty || !headers.NonValidated.TryGetValues("Content-Encoding", out var values))
        {
            return Text(body);
        }

        var coding = string.Join(", ", values).Trim().ToLowerInvariant();
        return coding is "" or "identity" ? Text(body) : Unpack(body, coding) is { } plain ? Text(plain) : $"({body.Length} bytes, packed: {Name(coding)})";
    }

    /// <summary>The first bytes of what was packed; null if they cannot be had.</summary>
    private static byte[]? Unpack(ReadOnlySpan<byte> body, string coding)
    {
        using var packed = new MemoryStream(body.ToArray(), writable: false);
        using Stream? plain = coding switch
        {
            "gzip" or "x-gzip" => new GZipStream(packed, CompressionMode.Decompress),
            "deflate" => new ZLibStream(packed, CompressionMode.Decompress),
            "br" => new BrotliStream(packed, CompressionMode.Decompress),
            _ => null,
        };
        if (plain is null)
        {
            return null;
        }

        // One more than is shown, so that a character that is cut is seen to be.
        var unpacked = new byte[MaxBytes + 1];
        var length = 0;
        try
        {
            while (length < unpacked.Length && plain.Read(unpacked, length, unpacked.Length - length) is > 0 and var count)
            {
                length += count;
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or InvalidOperationException)
        {
            // Cut short, or not what its header says. What came out before is shown.
        }

        return length > 0 ? unpacked[..length] : null;
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes[..Length(bytes)]);
        return text.Any(NotForDisplay) ? string.Concat(text.Select(c => NotForDisplay(c) ? '\uFFFD' : c)) : text;
    }

    /// <summary>How much to show: up to the limit, and not the beginning of a character that goes on beyond it.</summary>
    private static int Length(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= MaxBytes)
        {
            return bytes.Length;
        }

        for (var start = MaxBytes - 1; start > MaxBytes - 4; start--)
        {
            if (Rune.DecodeFromUtf8(bytes[start..MaxBytes], out _, out _) == OperationStatus.NeedMoreData)
            {
                return start;
            }
        }

        return MaxBytes;
    }

    private static string Name(string coding) =>
        coding.Length <= 32 && coding.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ',' or ' ') ? coding : "unknown coding";

    private static bool NotForDisplay(char c) => char.IsControl(c) && c is not ('\n' or '\r' or '\t');
}
