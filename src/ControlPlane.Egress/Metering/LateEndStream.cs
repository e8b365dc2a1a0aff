namespace ControlPlane.Egress.Metering;

/// <summary>
/// A connection in HTTP/2 whose end is told after the answers that came before it. The handler takes a failed write for the end
/// without reading on, and lets the end overtake an answer that it has read and not handed over yet; so the answer of a receiver
/// that refuses a large body unread and closes the connection would be lost.
/// </summary>
/// <param name="inner">The connection.</param>
/// <param name="ended">Called at the end before the handler is told.</param>
/// <param name="time">Measures how long the end is held back.</param>
internal sealed class LateEndStream(Stream inner, Action ended, TimeProvider time) : WrappedStream(inner)
{
    /// <summary>How long the handler has to hand over what it has read.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _readAt;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var hasEnded = true;
        try
        {
            var count = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            hasEnded = count == 0 && buffer.Length > 0;
            return count;
        }
        finally
        {
            if (hasEnded)
            {
                await EndAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                _readAt = time.GetTimestamp();
            }
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await Inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            await Task.WhenAny(_ended.Task, Task.Delay(EarlyAnswerStream.Patience, time, cancellationToken)).ConfigureAwait(false);
            ended();
            throw;
        }
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_readAt is { } at && Delay - time.GetElapsedTime(at) is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        ended();
        _ended.TrySetResult();
    }
}
