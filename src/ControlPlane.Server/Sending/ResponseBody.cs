using System.Buffers;
using System.Text;

namespace ControlPlane.Server.Sending;

/// <summary>Reads as much of an answer's body as is of use, and no more.</summary>
internal static class ResponseBody
{
    /// <summary>Of a longer body the rest is not read: the connection is dropped.</summary>
    public const int MaxBytes = 16 * 1024;

    private const int ExcerptBytes = 1024;

    /// <summary>
    /// Reads up to <see cref="MaxBytes"/> and answers the beginning as text. What is not UTF-8 is replaced, control characters
    /// too, so that nobody's terminal or log is written to by a receiver.
    /// </summary>
    public static async Task<string> ReadExcerptAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength == 0)
        {
            return "";
        }

        var buffer = ArrayPool<byte>.Shared.Rent(MaxBytes);
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            var length = await stream.ReadAtLeastAsync(buffer.AsMemory(0, MaxBytes), MaxBytes, throwOnEndOfStream: false, cancellationToken);
            return Text(buffer.AsSpan(0, Math.Min(length, ExcerptBytes)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return "";
        }

        var text = Encoding.UTF8.GetString(bytes);
        return text.Any(NotForDisplay) ? string.Concat(text.Select(c => NotForDisplay(c) ? '\uFFFD' : c)) : text;
    }

    private static bool NotForDisplay(char c) => char.IsControl(c) && c is not ('\n' or '\r' or '\t');
}
