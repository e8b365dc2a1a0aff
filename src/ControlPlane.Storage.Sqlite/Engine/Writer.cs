using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// The one thread that writes. What was queued while a commit was syncing goes into the next transactions, many operations into
/// each, so the more callers there are, the more of them share a sync.
/// </summary>
internal sealed class Writer
{
    private const int BatchSize = 1_000;
    private const int QueueSize = 8_192;

    // A transaction takes operations in for as long as the last commit took. A longer one would spare little of what commits cost,
    // while all whose operations are in it wait, and with them the senders: they and the writer take turns instead of working side by
    // side. On a slow disk more must share a commit.
    private static readonly TimeSpan LeastWork = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MostWork = TimeSpan.FromMilliseconds(50);

    private readonly Channel<WriteOperation> _queue = Channel.CreateBounded<WriteOperation>(
        new BoundedChannelOptions(QueueSize) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<WriteOperation> _batch = new(BatchSize);
    private readonly WriteSession _session;
    private readonly ChangeSubscribers _subscribers;
    private readonly Checkpointer _checkpointer;
    private readonly Damage _damage;
    private readonly TimeProvider _clock;
    private TimeSpan _work = LeastWork;
    private long _head;
    private long _commits;

    public Writer(Connection connection, ChangeSubscribers subscribers, Checkpointer checkpointer, Damage damage, TimeProvider clock)
    {
        _clock = clock;
        _session = new WriteSession(connection, clock);
        _subscribers = subscribers;
        _checkpointer = checkpointer;
        _damage = damage;
        _head = _session.Head;
        new Thread(Run) { IsBackground = true, Name = "sqlite writer" }.Start();
    }

    /// <summary>The latest committed revision.</summary>
    public long Head => Volatile.Read(ref _head);

    public Backlog Backlog => _session.Backlog;

    /// <summary>Transactions committed since the store was opened.</summary>
    public long Commits => Volatile.Read(ref _commits);

    public Task<T> EnqueueAsync<T>(Func<WriteSession, T> operation, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        _damage.ThrowIfFound();
        var queued = new WriteOperation<T>(operation, cancellationToken);
        return _queue.Writer.TryWrite(queued) ? queued.Task : WaitAsync(queued, cancellationToken);
    }

    private async Task<T> WaitAsync<T>(WriteOperation<T> queued, CancellationToken cancellationToken)
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
            _checkpointer.AfterCommit();
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
            _work = TimeSpan.FromTicks(Math.Clamp(_clock.GetElapsedTime(ended).Ticks, LeastWork.Ticks, MostWork.Ticks));
        }
        catch (Exception exception)
        {
            _session.Rollback();
            RunOneByOne(exception);
            return;
        }

        Publish();
        Answers.Send(CollectionsMarshal.AsSpan(_batch));
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
        failure = _damage.Translate(failure);
        if (_batch.Count == 1 && failure is not SqliteException { IsConstraint: true })
        {
            Answers.Send([_batch[0]], failure);
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
                Answers.Send([operation], _damage.Translate(exception));
                continue;
            }

            Publish();
            Answers.Send([operation]);
        }
    }

    private void Publish()
    {
        Volatile.Write(ref _commits, _commits + 1);
        // A full fence, as in adding a subscriber: who subscribes and then reads the old head is sure to be told.
        Interlocked.Exchange(ref _head, _session.Head);
        if (_session.TakeChanges() is { Count: > 0 } changes)
        {
            _subscribers.Publish(changes);
        }
    }
}
