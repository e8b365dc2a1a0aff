namespace ControlPlane.Storage.Memory;

/// <summary>The store from when it is opened until it is closed.</summary>
internal sealed class MemorySession(MemoryStore store) : ISignals
{
    private volatile bool _closed;

    /// <summary>The owner that joined; null before and after.</summary>
    public string? Owner { get; set; }

    public TimeSpan? PollInterval => null;

    public DateTimeOffset Now => store.Clock.GetStoreNow();

    public Task<T> ReadAsync<T>(Func<StoreState, T> query, CancellationToken cancellationToken) =>
        Run(() => query(store.State), cancellationToken);

    public Task<T> WriteAsync<T>(Func<StoreState, T> operation, CancellationToken cancellationToken) =>
        Run(() => store.Write(operation, this), cancellationToken);

    public IDisposable Subscribe(Action<StoreSignal> received) => store.Subscribe(new(this, received));

    public ValueTask CloseAsync()
    {
        _closed = true;
        return ValueTask.CompletedTask;
    }

    private Task<T> Run<T>(Func<T> operation, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        try
        {
            return _closed
                ? Task.FromException<T>(new StorageUnavailableException("The store is closed."))
                : Task.FromResult(operation());
        }
        catch (Exception exception)
        {
            return Task.FromException<T>(exception);
        }
    }
}
