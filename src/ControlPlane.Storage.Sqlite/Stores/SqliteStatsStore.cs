namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteStatsStore(SqliteDatabase database) : IStatsStore
{
    public Task<AttemptStats?> ReadAsync(StatsQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => StatsReads.Read(connection, query, database.Backlog, database.Clock.GetStoreNow()), cancellationToken);
}
