namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// A connection of its own for a read over all of the store, so that it takes none from the readers. It is read-only, so it never
/// copies the log into the file: that is the checkpointer's alone. While it reads, the log cannot start over and grows.
/// </summary>
internal sealed class LongRead : IDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(20);
    private readonly Lock _lock = new();
    private readonly CancellationTokenRegistration _registration;
    private ITimer? _interrupts;
    private bool _disposed;

    public LongRead(string path, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Connection = Connection.Open(path, readOnly: true);
        _registration = cancellation.Register(BeginInterrupting);
    }

    public Connection Connection { get; }

    /// <summary>Runs it on a thread of the pool; what the token interrupts ends as cancelled.</summary>
    public static Task<T> RunAsync<T>(string path, Func<Connection, T> read, CancellationToken cancellation) => Task.Run(
        () =>
        {
            using var own = new LongRead(path, cancellation);
            try
            {
                return read(own.Connection);
            }
            catch (SqliteException e) when (e.Code == SqliteException.Interrupt)
            {
                cancellation.ThrowIfCancellationRequested();
                throw;
            }
        },
        cancellation);

    public void Dispose()
    {
        _registration.Dispose();
        lock (_lock)
        {
            _disposed = true;
            _interrupts?.Dispose();
        }

        Connection.Dispose();
    }

    /// <summary>Between two statements an interrupt has no effect, so one is not enough.</summary>
    private void BeginInterrupting()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _interrupts = TimeProvider.System.CreateTimer(_ => Interrupt(), null, TimeSpan.Zero, Again);
            }
        }
    }

    private void Interrupt()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                Connection.Interrupt();
            }
        }
    }
}
