namespace ControlPlane.Storage.Sqlite;

/// <summary>A store to copy from, of which nothing is changed.</summary>
internal sealed class SqliteCopySource(FileStream storeLock, Connection connection) : ICopySource
{
    public Task<StoreSummary> DescribeAsync(CancellationToken cancellationToken) =>
        RunAsync(() => CopyReads.Describe(connection), cancellationToken);

    public Task<Page<StoreEntry>> ReadAsync(EntryKind kind, long after, CancellationToken cancellationToken) =>
        RunAsync(() => CopyReads.Read(connection, kind, after), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        connection.Dispose();
        await storeLock.DisposeAsync().ConfigureAwait(false);
    }

    private static Task<T> RunAsync<T>(Func<T> read, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                return read();
            }
            catch (SqliteException exception) when (exception.IsDamage)
            {
                throw new StorageDamagedException($"The store is damaged: {exception.Message}.", exception);
            }
            catch (SqliteException exception)
            {
                throw new StorageUnavailableException($"The store cannot be read: {exception.Message}.", exception);
            }
        },
        cancellationToken);
}
