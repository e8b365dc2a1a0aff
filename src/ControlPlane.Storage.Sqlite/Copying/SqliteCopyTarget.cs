namespace ControlPlane.Storage.Sqlite;

/// <summary>A store to copy into.</summary>
internal sealed class SqliteCopyTarget(SqliteDatabase database) : ICopyTarget
{
    public Task<StoreSummary> DescribeAsync(CancellationToken cancellationToken) => database.ReadAsync(CopyReads.Describe, cancellationToken);

    public Task<Page<StoreEntry>> ReadAsync(EntryKind kind, long after, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => CopyReads.Read(connection, kind, after), cancellationToken);

    public Task<string?> GetMarkAsync(CancellationToken cancellationToken) => database.ReadAsync(CopyMarks.Find, cancellationToken);

    public Task BeginAsync(StoreSummary source, string mark, CancellationToken cancellationToken) =>
        database.WriteAsync(session => CopyMarks.Begin(session, source, mark), cancellationToken);

    public Task WriteAsync(IReadOnlyList<StoreEntry> entries, string mark, CancellationToken cancellationToken) =>
        database.WriteAsync(session => CopyWrites.Add(session, entries) && CopyMarks.Save(session, mark), cancellationToken);

    public Task FinishAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(session => CopyMarks.Save(session, null), cancellationToken);

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
