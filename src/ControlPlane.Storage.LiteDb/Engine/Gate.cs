using System.Diagnostics;
using System.Threading.Channels;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Lets one thread into LiteDB at a time. Its page cache can give a page away that another thread is about to read: a reader then sees
/// another page in its place. Reads have a thread of their own, since one of the pool that waits is missing there. While the writer waits for
/// them, reads get a seventh of the time: whoever reads can ask for the next page at once, and who writes must keep up. Small ones do not wait for
/// that.
/// </summary>
internal sealed class Gate
{
    /// <summary>How much longer the writer is in than reads are, while it waits for them.</summary>
    public const int WritersShare = 6;

    /// <summary>How long reads are done one after another.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(2);

    private readonly Lock _gate = new();

    /// <summary>Held by who waits for the gate, so that who was in it cannot be in it again first.</summary>
    private readonly Lock _next = new();
    private readonly Channel<ReadOperation> _small = Channel.CreateUnbounded<ReadOperation>(new() { SingleReader = true });
    private readonly Channel<ReadOperation> _others = Channel.CreateUnbounded<ReadOperation>(new() { SingleReader = true });

    /// <summary>One for each read.</summary>
    private readonly Channel<bool> _tokens = Channel.CreateUnbounded<bool>(new() { SingleReader = true });

    /// <summary>Pulsed when there is a small read.</summary>
    private readonly object _arrivals = new();
    private volatile bool _writerWaits;

    public Gate() => new Thread(Run) { IsBackground = true, Name = "store reader" }.Start();

    public bool IsHeld => _gate.IsHeldByCurrentThread;

    /// <summary>Runs a read when those before it are done.</summary>
    /// <param name="read">What to do.</param>
    /// <param name="isSmall">Whether it finds a few documents that calls and attempts wait for: then it goes before the others.</param>
    /// <param name="cancellationToken">Takes it back while it waits.</param>
    /// <exception cref="StorageUnavailableException">The gate is closed.</exception>
    public async Task<T> ReadAsync<T>(Func<T> read, bool isSmall, CancellationToken cancellationToken)
    {
        var operation = new ReadOperation<T>(read, cancellationToken);
        using var registration = cancellationToken.UnsafeRegister(static self => ((ReadOperation<T>)self!).TryCancel(), operation);
        if (!(isSmall ? _small : _others).Writer.TryWrite(operation) || !_tokens.Writer.TryWrite(true))
        {
            throw new StorageUnavailableException("The store is closed.");
        }

        if (isSmall)
        {
            lock (_arrivals)
            {
                Monitor.Pulse(_arrivals);
            }
        }

        return await operation.Task.ConfigureAwait(false);
    }

    /// <summary>For the writer's thread.</summary>
    public void Enter()
    {
        _writerWaits = true;
        EnterInTurn();
        _writerWaits = false;
    }

    /// <inheritdoc cref="Enter"/>
    public void Exit() => _gate.Exit();

    /// <summary>Takes no more reads in; those that wait are done.</summary>
    public void Close() => _tokens.Writer.TryComplete();

    private void EnterInTurn()
    {
        lock (_next)
        {
            _gate.Enter();
        }
    }

    private void Run()
    {
        while (_tokens.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            var (count, took) = ReadSome(onlySmall: false);
            if (count == 0)
            {
                // What this token is of was done before it came.
                _tokens.Reader.TryRead(out _);
            }

            if (_writerWaits)
            {
                Pause(took * WritersShare);
            }
        }
    }

    /// <summary>Leaves the gate to the writer for a time, but for small reads.</summary>
    private void Pause(TimeSpan time)
    {
        var began = Stopwatch.GetTimestamp();
        while (time - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } left)
        {
            bool hasSmall;
            lock (_arrivals)
            {
                hasSmall = _small.Reader.TryPeek(out _) || Monitor.Wait(_arrivals, left);
            }

            if (hasSmall)
            {
                ReadSome(onlySmall: true);
            }
        }
    }

    /// <summary>Returns how many it did, and how long that took.</summary>
    private (int Count, TimeSpan Took) ReadSome(bool onlySmall)
    {
        EnterInTurn();
        try
        {
            var (began, count, took) = (Stopwatch.GetTimestamp(), 0, TimeSpan.Zero);
            while (took < Turn && (_small.Reader.TryRead(out var read) || (!onlySmall && _others.Reader.TryRead(out read))))
            {
                _tokens.Reader.TryRead(out _);
                read.Run();
                count++;
                took = Stopwatch.GetElapsedTime(began);
            }

            return (count, took);
        }
        finally
        {
            _gate.Exit();
        }
    }

    private abstract class ReadOperation
    {
        /// <summary>Does it, unless it was taken back, and completes its task.</summary>
        public abstract void Run();
    }

    private sealed class ReadOperation<T>(Func<T> read, CancellationToken cancellationToken) : ReadOperation
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _taken;

        public Task<T> Task => _completion.Task;

        public void TryCancel()
        {
            if (Interlocked.Exchange(ref _taken, 1) == 0)
            {
                _completion.SetCanceled(cancellationToken);
            }
        }

        public override void Run()
        {
            if (Interlocked.Exchange(ref _taken, 1) != 0)
            {
                return;
            }

            try
            {
                _completion.SetResult(read());
            }
            catch (Exception exception)
            {
                _completion.SetException(exception);
            }
        }
    }
}
