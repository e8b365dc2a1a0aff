using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.LiteDb;

/// <summary>An open store: one writer, readers that take turns with it, and the lock that makes this process its owner.</summary>
internal sealed class LiteDbDatabase : IAsyncDisposable
{
    private readonly FileStream _lock;
    private readonly StoreFiles _files;
    private readonly Gate _gate = new();
    private readonly WriteSession _session;
    private readonly Lock _closing = new();
    private volatile bool _closed;
    private Task? _closeTask;

    public LiteDbDatabase(FileStream storeLock, StoreFiles files, Action<WriteSession> beforeCommit, LiteDbStorageOptions options)
    {
        (_lock, _files) = (storeLock, files);
        Clock = options.TimeProvider;
        Path = options.Path;
        StoreId = StoreIdentity.Find(files.Documents)!.Value.StoreId;
        var open = new OpenFiles(Damage, Path, StoreFiles.LogOf(Path));
        Checkpointer = new Checkpointer(files, _gate, open, options.CheckpointPages);
        _session = new WriteSession(files, _gate, Checkpointer, Damage, open, beforeCommit, Clock);
        Writer = new GroupCommitWriter<WriteSession>(_session, Signals, Damage, Clock);
    }

    /// <summary>Runs operations in transactions.</summary>
    public GroupCommitWriter<WriteSession> Writer { get; }

    public string StoreId { get; }

    public TimeProvider Clock { get; }

    public string Path { get; }

    public Damage Damage { get; } = new();

    public CommitSignals Signals { get; } = new();

    public Checkpointer Checkpointer { get; }

    /// <summary>The data file as it is between checkpoints.</summary>
    public DataStream Data => _files.Data;

    /// <summary>The latest committed revision.</summary>
    public long Head => Writer.Head;

    /// <summary>How many deliveries have not ended.</summary>
    public Backlog Backlog => _session.OpenDeliveries.Counts;

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

    /// <summary>Runs a query over everything committed before, while nothing else is read or written: it must be short, and what reads much must do so some at a time.</summary>
    public Task<T> ReadAsync<T>(Func<DocumentStore, T> query, CancellationToken cancellationToken) =>
        _gate.ReadAsync(() => Run(query), isSmall: false, cancellationToken);

    /// <summary>The same before other reads: for the few documents that every call or attempt waits for.</summary>
    public Task<T> ReadFirstAsync<T>(Func<DocumentStore, T> query, CancellationToken cancellationToken) =>
        _gate.ReadAsync(() => Run(query), isSmall: true, cancellationToken);

    /// <summary>Commits what is queued, copies the log into the data file, closes the files and gives up the lock.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_closing)
        {
            _closeTask ??= CloseCoreAsync();
            return new ValueTask(_closeTask);
        }
    }

    private T Run<T>(Func<DocumentStore, T> query)
    {
        if (_closed)
        {
            throw new StorageUnavailableException("The store is closed.");
        }

        Damage.ThrowIfFound();
        try
        {
            return query(_files.Documents);
        }
        catch (Exception exception) when (Damage.Translate(exception) is var told && told != exception)
        {
            throw told;
        }
    }

    private async Task CloseCoreAsync()
    {
        await Writer.StopAsync().ConfigureAwait(false);
        await _gate.ReadAsync(() => _closed = true, isSmall: false, CancellationToken.None).ConfigureAwait(false);
        _gate.Close();
        try
        {
            Checkpointer.Close();
        }
        finally
        {
            _files.Dispose();
            await _lock.DisposeAsync().ConfigureAwait(false);
        }
    }
}
