using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace ControlPlane.Storage.Embedded;

/// <summary>
/// The one thread that writes. What was queued while a commit was syncing goes into the next transactions, many operations into
/// each, so the more callers there are, the more of them share a sync.
/// </summary>
internal sealed class GroupCommitWriter<TSession>
    where TSession : class, IWriteSession
{
    private const int BatchSize = 1_000;
    private const int QueueSize = 8_192;

    // A transaction takes operations in for as long as the last commit took. A longer one would spare little of what commits cost,
    // while all whose operations are in it wait, and with them the senders: they and the writer take turns instead of working side by
    // side. On a slow disk more must share a commit.
    private static readonly TimeSpan LeastWork = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MostWork = TimeSpan.FromMilliseconds(50);

    private readonly Channel<WriteOperation<TSession>> _queue = Channel.CreateBounded<WriteOperation<TSession>>(
        new BoundedChannelOptions(QueueSize) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<WriteOperation<TSession>> _batch = new(BatchSize);
    private readonly TSession _session;
    private readonly CommitSignals _signals;
    private readonly Damage _damage;
    private readonly TimeProvider _clock;
    private TimeSpan _work = LeastWork;
    private long _head;
    private long _commits;

    public GroupCommitWriter(TSession session, CommitSignals signals, Damage damage, TimeProvider clock)
    {
        _clock = clock;
        _session = session;
        _signals = signals;
        _damage = damage;
        _head = session.Head;
        new Thread(Run) { IsBackground = true, Name = "store writer" }.Start();
    }

    /// <summary>The latest committed revision.</summary>
    public long Head => Volatile.Read(ref _head);

    /// <summary>Transactions committed since the store was opened.</summary>
    public long Commits => Volatile.Read(ref _commits);

    public Task<T> EnqueueAsync<T>(Func<TSession, T> operation, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        _damage.ThrowIfFound();
        var queued = new WriteOperation<TSession, T>(operation, cancellationToken);
        return _queue.Writer.TryWrite(queued) ? queued.Task : WaitAsync(queued, cancellationToken);
    }

    private async Task<T> WaitAsync<T>(WriteOperation<TSession, T> queued, CancellationToken cancellationToken)
    {
        try
        {
            await _queue.Writer.WriteAsync(queued, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            queued.TryStart();
            throw new StorageUnavailableException("The store is closing.");
        }

        return await queued.Task.ConfigureAwait(false);
    }

    /// <summary>Takes nothing more in; completes when everything queued is committed.</summary>
    public Task StopAsync()
    {
        _queue.Writer.TryComplete();
        return _stopped.Task;
    }

    private void Run()
    {
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            RunBatch();
            _batch.Clear();
            _session.BetweenBatches();
        }

        _stopped.SetResult();
    }

    private void RunBatch()
    {
        try
        {
            if (!TryTake())
            {
                return;
            }

            _damage.ThrowIfFound();
            var began = _clock.GetTimestamp();
            _session.Begin();
            var done = 0;
            do
            {
                _batch[done++].Execute(_session);
            }
            while (done < BatchSize && !_session.IsFull && _clock.GetElapsedTime(began) < _work && TryTake());

            _session.Flush();
            var ended = _clock.GetTimestamp();
            _session.Commit();
            var took = _clock.GetElapsedTime(ended);
            _work = TimeSpan.FromTicks(Math.Clamp(took.Ticks, LeastWork.Ticks, MostWork.Ticks));
            StorageMetrics.Committed(took, _batch.Count);
        }
        catch (Exception exception)
        {
            _session.Rollback();
            RunOneByOne(exception);
            return;
        }

        Publish();
        CallerNotification<TSession>.Send(CollectionsMarshal.AsSpan(_batch));
    }

    private bool TryTake()
    {
        while (_queue.Reader.TryRead(out var operation))
        {
            if (operation.TryStart())
            {
                _batch.Add(operation);
                return true;
            }
        }

        return false;
    }

    /// <summary>After a failure: each operation in a transaction of its own, so that only those fail that cannot be done.</summary>
    private void RunOneByOne(Exception failure)
    {
        // If it was damage, none of them is tried again.
        failure = _session.Translate(failure);
        if (_batch.Count == 1 && !_session.IsConstraint(failure))
        {
            CallerNotification<TSession>.Send([_batch[0]], failure);
            return;
        }

        _session.Careful = true;
        try
        {
            RunEach();
        }
        finally
        {
            _session.Careful = false;
        }
    }

    private void RunEach()
    {
        foreach (var operation in _batch)
        {
            try
            {
                _damage.ThrowIfFound();
                _session.Begin();
                operation.Execute(_session);
                _session.Commit();
            }
            catch (Exception exception)
            {
                _session.Rollback();
                CallerNotification<TSession>.Send([operation], _session.Translate(exception));
                continue;
            }

            Publish();
            CallerNotification<TSession>.Send([operation]);
        }
    }

    private void Publish()
    {
        Volatile.Write(ref _commits, _commits + 1);
        // Every change of a delivery has a revision. The exchange is a full fence, as in adding a subscriber: one who subscribes and
        // then reads the old head is sure to get the signal.
        var head = _session.Head;
        if (Interlocked.Exchange(ref _head, head) != head)
        {
            _signals.DeliveriesChanged();
        }
    }
}
