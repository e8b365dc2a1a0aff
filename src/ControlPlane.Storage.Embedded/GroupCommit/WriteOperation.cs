namespace ControlPlane.Storage.Embedded;

/// <summary>Something to do in a transaction, and the caller who waits for it.</summary>
internal abstract class WriteOperation<TSession>
{
    /// <summary>Whose turn it takes.</summary>
    public required string Share { get; init; }

    /// <summary>How many rows it will write, as far as is known.</summary>
    public required int Rows { get; init; }

    /// <summary>Takes it up; false if the caller went away before. From here on it runs to the end.</summary>
    public abstract bool TryStart();

    /// <summary>Does it. Can be called again after a rollback.</summary>
    public abstract void Execute(TSession session);

    /// <summary>Completes the caller's task, who goes on within this call.</summary>
    public abstract void Succeed();

    /// <inheritdoc cref="Succeed"/>
    public abstract void Fail(Exception exception);
}

/// <inheritdoc/>
internal sealed class WriteOperation<TSession, T> : WriteOperation<TSession>
{
    private readonly TaskCompletionSource<T> _completion = new();
    private readonly Func<TSession, T> _operation;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _registration;
    private int _taken;
    private T _result = default!;

    public WriteOperation(Func<TSession, T> operation, CancellationToken cancellation)
    {
        _operation = operation;
        _cancellation = cancellation;
        _registration = cancellation.UnsafeRegister(static self => ((WriteOperation<TSession, T>)self!).Cancel(), this);
    }

    public Task<T> Task => _completion.Task;

    public override bool TryStart()
    {
        _registration.Unregister();
        return Interlocked.Exchange(ref _taken, 1) == 0;
    }

    public override void Execute(TSession session) => _result = _operation(session);

    public override void Succeed() => _completion.SetResult(_result);

    public override void Fail(Exception exception) => _completion.SetException(exception);

    /// <summary>Gives the operation up unless the writer has taken it.</summary>
    public void Cancel()
    {
        if (Interlocked.Exchange(ref _taken, 1) == 0)
        {
            // Whoever cancels has other things to do.
            ThreadPool.UnsafeQueueUserWorkItem(static self => self._completion.SetCanceled(self._cancellation), this, preferLocal: true);
        }
    }
}
