namespace ControlPlane.Egress.Metering;

/// <summary>
/// A connection in HTTP/1.1 whose answer is read also when it came before the request was written. The handler writes a request to
/// its end before it reads, so the answer of a receiver that refuses a large body unread would be lost: the write fails once the
/// receiver has closed the connection, and never ends if it leaves it open.
/// </summary>
/// <param name="inner">The connection.</param>
/// <param name="time">Measures <see cref="Patience"/>.</param>
internal sealed class EarlyAnswerStream(Stream inner, TimeProvider time) : WrappedStream(inner)
{
    /// <summary>
    /// How long the rest of a request may take once its answer has begun, and then the rest of the answer. Many receivers answer
    /// first and read then.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>As much of a cut answer as is read: of its headers and the excerpt of its body.</summary>
    private const int MostBytes = 80 * 1024;

    private const int ReadSize = 4 * 1024;

    /// <summary>Where a status line has the first digit of its status: <c>HTTP/1.1 200</c>.</summary>
    private const int StatusAt = 9;

    private static readonly Task<Arrival> Nothing = Task.FromResult(Arrival.Nothing);

    /// <summary>What was read while writing, for the handler to read first.</summary>
    private readonly MemoryStream _early = new();

    /// <summary>The last read of the handler, which it often begins before it writes a request.</summary>
    private Task<Arrival> _arrival = Nothing;

    /// <summary>A read that was begun while writing.</summary>
    private Task<Arrival>? _ahead;
    private RequestTrace? _request;
    private bool _isCut;

    private enum Arrival
    {
        Nothing,

        /// <summary>A status of 1xx, after which the request goes on.</summary>
        Provisional,
        Answer,
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_ahead is { } ahead)
        {
            await ahead.WaitAsync(cancellationToken).ConfigureAwait(false);
            _ahead = null;
        }

        if (_early.Position < _early.Length)
        {
            return _early.Read(buffer.Span);
        }

        return _isCut ? 0 : await ReadInnerAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isCut)
        {
            // The rest of a request that is answered.
            return ValueTask.CompletedTask;
        }

        if (_request != RequestTrace.Current)
        {
            // What was read before this request is no answer to it.
            _request = RequestTrace.Current;
            _arrival = _arrival.IsCompleted ? Nothing : _arrival;
        }

        var writing = Inner.WriteAsync(buffer, cancellationToken);
        return writing.IsCompletedSuccessfully ? writing : new(ListenAsync(writing.AsTask(), cancellationToken));
    }

    private async Task<int> ReadInnerAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var arrival = new TaskCompletionSource<Arrival>(TaskCreationOptions.RunContinuationsAsynchronously);
        _arrival = arrival.Task;
        var count = 0;
        try
        {
            count = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            return count;
        }
        finally
        {
            arrival.SetResult(Judge(buffer.Span[..count]));
        }
    }

    /// <summary>Waits for a write, or for an answer that makes it pointless.</summary>
    private async Task ListenAsync(Task writing, CancellationToken cancellationToken)
    {
        var arrival = _arrival.IsCompleted && await _arrival.ConfigureAwait(false) == Arrival.Nothing
            ? _ahead ??= ReadAheadAsync(CancellationToken.None)
            : _arrival;
        await Task.WhenAny(writing, arrival).ConfigureAwait(false);
        if (!writing.IsCompleted && arrival is { IsCompletedSuccessfully: true, Result: Arrival.Answer })
        {
            await Task.WhenAny(writing, Task.Delay(Patience, time, cancellationToken)).ConfigureAwait(false);
            if (!writing.IsCompleted)
            {
                await CutAsync(arrival).ConfigureAwait(false);
                await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }
        }

        try
        {
            await writing.ConfigureAwait(false);
        }
        catch (IOException) when (!cancellationToken.IsCancellationRequested)
        {
            if (!await CutAsync(arrival).ConfigureAwait(false))
            {
                throw;
            }
        }
    }

    /// <summary>Ends the request where it is and takes the answer that is there; false if there is none.</summary>
    private async Task<bool> CutAsync(Task<Arrival> arrival)
    {
        using var bound = new CancellationTokenSource(Patience, time);
        try
        {
            _isCut = await arrival.WaitAsync(bound.Token).ConfigureAwait(false) != Arrival.Nothing;
            for (var came = _isCut; came && _early.Length < MostBytes;)
            {
                came = await ReadAheadAsync(bound.Token).ConfigureAwait(false) != Arrival.Nothing;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // What came before is the answer.
        }

        _ahead = null;
        await Inner.DisposeAsync().ConfigureAwait(false);
        return _isCut;
    }

    private async Task<Arrival> ReadAheadAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[ReadSize];
        var count = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        var position = _early.Position;
        _early.Seek(0, SeekOrigin.End);
        _early.Write(buffer.AsSpan(0, count));
        _early.Position = position;
        return Judge(buffer.AsSpan(0, count));
    }

    private static Arrival Judge(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty ? Arrival.Nothing : bytes.Length > StatusAt && bytes[StatusAt] == '1' ? Arrival.Provisional : Arrival.Answer;
}
