using System.Buffers;

namespace ControlPlane.Server.Sending;

/// <summary>Reads as much of an answer's body as is of use, and no more.</summary>
internal static class ResponseBody
{
    /// <summary>Of a longer body the rest is not read: the connection is dropped.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>
    /// Reads up to <see cref="MaxBytes"/> and returns the beginning as text. The status has decided by then, so a body that breaks
    /// off, or that has not ended when the token is cancelled, is shown as far as it came.
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
            var length = await ReadAsync(content, buffer, cancellationToken);
            return ResponseExcerpt.Of(buffer.AsSpan(0, length), content.Headers);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<int> ReadAsync(HttpContent content, byte[] buffer, CancellationToken cancellationToken)
    {
        var length = 0;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            while (length < MaxBytes && await stream.ReadAsync(buffer.AsMemory(length, MaxBytes - length), cancellationToken) is > 0 and var count)
            {
                length += count;
            }
        }
        catch (Exception e) when (FailureClassifier.IsOfTheNetwork(e))
        {
            // What came is the excerpt.
        }

        return length;
    }
}
