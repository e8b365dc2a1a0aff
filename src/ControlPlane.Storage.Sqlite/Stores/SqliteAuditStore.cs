namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteAuditStore(SqliteDatabase database) : IAuditStore
{
    public Task<Page<AuditRecord>> ListAsync(AuditQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => AuditRows.List(connection, query), cancellationToken);
}
