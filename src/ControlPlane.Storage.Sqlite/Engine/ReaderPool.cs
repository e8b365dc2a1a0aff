using System.Collections.Concurrent;
using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Read-only connections. A read sees one snapshot, runs on the thread pool and never waits for the writer.</summary>
internal sealed class ReaderPool(string path, int size, Damage damage) : IAsyncDisposable
{
    private static readonly Sql Begin = new("BEGIN");
    private static readonly Sql End = new("COMMIT");
    private readonly SemaphoreSlim _free = new(size);
    private readonly ConcurrentBag<Connection> _idle = [];
    private volatile bool _closed;

    public async Task<T> RunAsync<T>(Func<Connection, T> query, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Run(query), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Waits for the reads that run, then closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        _closed = true;
        for (var i = 0; i < size; i++)
        {
            await _free.WaitAsync().ConfigureAwait(false);
        }

        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }

        _free.Release(size);
    }

    private T Run<T>(Func<Connection, T> query)
    {
        if (_closed)
        {
            throw new StorageUnavailableException("The store is closed.");
        }

        damage.ThrowIfFound();

        Connection? connection = null;
        try
        {
            connection = _idle.TryTake(out var idle) ? idle : Open();
            connection.Use(Begin).Run();
            var result = query(connection);
            connection.Use(End).Run();
            _idle.Add(connection);
            return result;
        }
        catch (Exception exception)
        {
            // A connection that failed is not used again: it may still be within its transaction.
            connection?.Dispose();
            if (damage.Translate(exception) is var told && told != exception)
            {
                throw told;
            }

            throw;
        }
    }

    private Connection Open()
    {
        var connection = Connection.Open(path, readOnly: true);
        connection.Execute("PRAGMA query_only = 1; PRAGMA cache_size = -8192;");
        return connection;
    }
}
