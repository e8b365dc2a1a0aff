using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>An open database file: one writer, several readers, and the lock that makes this process its owner.</summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    private readonly FileStream _lock;
    private readonly Connection _connection;
    private readonly Checkpointer _checkpointer;
    private readonly WriteSession _session;
    private readonly ReaderPool _readers;
    private readonly Lock _closing = new();
    private Task? _closed;

    public SqliteDatabase(FileStream storeLock, Connection writer, Connection checkpoints, string path, Action<WriteSession> beforeCommit, SqliteStorageOptions options)
    {
        Clock = options.TimeProvider;
        Path = path;
        _lock = storeLock;
        _connection = writer;
        StoreId = writer.ReadText("SELECT store_id FROM meta")!;
        _checkpointer = new Checkpointer(writer, checkpoints);
        _readers = new ReaderPool(path, options.Readers, Damage);
        _session = new WriteSession(writer, _checkpointer, Damage, new OpenFiles(Damage, path, path + "-wal"), beforeCommit, Clock);
        Writer = new GroupCommitWriter<WriteSession>(_session, Signals, Damage, Clock);
    }

    /// <summary>Runs operations in transactions.</summary>
    public GroupCommitWriter<WriteSession> Writer { get; }

    public string StoreId { get; }

    public TimeProvider Clock { get; }

    public string Path { get; }

    public Damage Damage { get; } = new();

    public CommitSignals Signals { get; } = new();

    /// <summary>The latest committed revision.</summary>
    public long Head => Writer.Head;

    /// <summary>How many deliveries have not ended.</summary>
    public Backlog Backlog => _session.Backlog;

    /// <summary>Transactions committed since the store was opened.</summary>
    public long Commits => Writer.Commits;

    /// <summary>Runs an operation in the next transaction; completes when that is synced to disk.</summary>
    /// <param name="operation">Can run more than once: it must not touch anything but the session.</param>
    /// <param name="cancellationToken">Takes the operation back while it is queued; later it runs to the end.</param>
    public Task<T> WriteAsync<T>(Func<WriteSession, T> operation, CancellationToken cancellationToken) =>
        WriteAsync("", 1, operation, cancellationToken);

    /// <summary>The same, as one tenant's turn.</summary>
    /// <param name="tenantId">Tenants take turns, by what the writer does for each; the server's own work does with an empty one.</param>
    /// <param name="rows">How many rows will be written, as far as is known.</param>
    /// <param name="operation">Can run more than once: it must not touch anything but the session.</param>
    /// <param name="cancellationToken">Takes the operation back while it is queued; later it runs to the end.</param>
    public Task<T> WriteAsync<T>(string tenantId, int rows, Func<WriteSession, T> operation, CancellationToken cancellationToken) =>
        Writer.EnqueueAsync(tenantId, rows, operation, cancellationToken);

    /// <summary>Runs a query over one snapshot of everything committed before.</summary>
    public Task<T> ReadAsync<T>(Func<Connection, T> query, CancellationToken cancellationToken) =>
        _readers.RunAsync(query, cancellationToken);

    /// <summary>Commits what is queued, closes the file and gives up the lock.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_closing)
        {
            _closed ??= CloseCoreAsync();
            return new ValueTask(_closed);
        }
    }

    private async Task CloseCoreAsync()
    {
        await Writer.StopAsync().ConfigureAwait(false);
        await _readers.DisposeAsync().ConfigureAwait(false);
        _checkpointer.Finish();
        _checkpointer.Dispose();
        _connection.Dispose();
        await _lock.DisposeAsync().ConfigureAwait(false);
    }
}
