using System.Runtime.InteropServices;

namespace ControlPlane.Storage.Embedded;

/// <summary>
/// The one thread that writes. What was queued while a commit was syncing goes into the next transactions, many operations into
/// each, so the more callers there are, the more of them share a sync.
/// </summary>
internal sealed class GroupCommitWriter<TSession>
    where TSession : class, IWriteSession
{
    private const int BatchSize = 1_000;

    private readonly FairQueue<WriteOperation<TSession>> _queue = new();
    private readonly CommitPace _pace = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<WriteOperation<TSession>> _batch = new(BatchSize);
    private readonly TSession _session;
    private readonly CommitSignals _signals;
    private readonly Damage _damage;
    private readonly TimeProvider _clock;
    private long _began;
    private bool _mixed;
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

    /// <summary>Whether nothing more is taken in.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Runs an operation in one of the next transactions; completes when that is committed.</summary>
    /// <param name="share">Whose turn it takes: a tenant's id, or an empty text for the server's own work.</param>
    /// <param name="rows">How many rows it will write, as far as is known.</param>
    /// <param name="operation">What to do.</param>
    /// <param name="cancellationToken">Takes it back while it is queued.</param>
    public Task<T> EnqueueAsync<T>(string share, int rows, Func<TSession, T> operation, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        _damage.ThrowIfFound();
        var queued = new WriteOperation<TSession, T>(operation, cancellationToken) { Share = share, Rows = rows };
        if (_queue.TryAdd(share, queued, _pace.CostOf(TimeSpan.Zero, rows)))
        {
            return queued.Task;
        }

        queued.TryStart();
        return Task.FromException<T>(new StorageUnavailableException("The store is closing."));
    }

    /// <summary>Takes nothing more in; completes when everything queued is committed.</summary>
    public Task StopAsync()
    {
        IsClosed = true;
        _queue.Close();
        return _stopped.Task;
    }

    private void Run()
    {
        while (_queue.WaitAsync().AsTask().GetAwaiter().GetResult())
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
            if (!TryTake(Accepts))
            {
                return;
            }

            _damage.ThrowIfFound();
            var entering = _clock.GetTimestamp();
            _session.Begin();
            _began = _clock.GetTimestamp();
            do
            {
                Execute(_batch[^1]);
            }
            while (_batch.Count < BatchSize && TryTake(Accepts));

            var flushing = _clock.GetTimestamp();
            _session.Flush();
            TakeLate();
            var ended = _clock.GetTimestamp();
            _session.Commit();
            var took = _clock.GetElapsedTime(ended);
            _pace.Note(_clock.GetElapsedTime(entering, _began), _clock.GetElapsedTime(flushing, ended), took, _session.Rows);
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

    /// <summary>Takes in what little came while the rest was stored, since it would wait for two commits instead of for this one.</summary>
    private void TakeLate()
    {
        var rows = _session.Rows;
        bool Accepts(WriteOperation<TSession> operation, int waiting) =>
            _batch.Count < BatchSize && (waiting > 1 || operation.Share != _batch[0].Share) && _pace.AllowsLate(_session.Rows - rows, operation.Rows);

        while (TryTake(Accepts))
        {
            do
            {
                Execute(_batch[^1]);
            }
            while (TryTake(Accepts));

            _session.Flush();
        }
    }

    private void Execute(WriteOperation<TSession> operation)
    {
        var (began, rows) = (_clock.GetTimestamp(), _session.Rows);
        operation.Execute(_session);
        _queue.Charge(operation.Share, _pace.CostOf(_clock.GetElapsedTime(began), _session.Rows - rows));
    }

    private bool TryTake(Func<WriteOperation<TSession>, int, bool> accepts)
    {
        while (_queue.TryTake(out var operation, accepts))
        {
            if (operation.TryStart())
            {
                _mixed = _batch.Count > 0 && (_mixed || operation.Share != _batch[0].Share);
                _batch.Add(operation);
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an operation goes into the transaction, of so many shares that wait.</summary>
    private bool Accepts(WriteOperation<TSession> operation, int waiting) =>
        _batch.Count == 0
        || _pace.Allows(
            _clock.GetElapsedTime(_began), _session.Rows, operation.Rows, _mixed || waiting > 1 || operation.Share != _batch[0].Share);

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
