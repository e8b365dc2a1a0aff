namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbStatsStore(LiteDbDatabase database) : IStatsStore
{
    public Task<AttemptStats?> ReadAsync(StatsQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(documents => StatsReads.Read(documents, query, database.Backlog, database.Clock.GetStoreNow()), cancellationToken);
}
