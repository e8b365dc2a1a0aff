namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteErasureStore(SqliteDatabase database) : IErasureStore
{
    public Task<ErasureStretch> FindAsync(ErasureWalk walk, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => ErasureWalks.Read(connection, walk), cancellationToken);

    public Task<int> EraseAsync(Erasure erasure, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            var erased = EventErasing.Erase(session, erasure.Positions);
            return erasure.Audit is { } audit ? AuditRows.Log(session, erased, count => count > 0, audit) : erased;
        },
        cancellationToken);
}
