namespace ControlPlane.Storage.Sqlite;

/// <summary>A store to copy from, of which nothing is changed.</summary>
internal sealed class SqliteCopySource(FileStream storeLock, Connection connection) : ICopySource
{
    public Task<StoreSummary> DescribeAsync(CancellationToken cancellationToken) =>
        Task.Run(() => CopyReads.Describe(connection), cancellationToken);

    public Task<Page<StoreEntry>> ReadAsync(EntryKind kind, long after, CancellationToken cancellationToken) =>
        Task.Run(() => CopyReads.Read(connection, kind, after), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        connection.Dispose();
        await storeLock.DisposeAsync().ConfigureAwait(false);
    }
}
