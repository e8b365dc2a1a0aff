namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteChangeFeed(SqliteDatabase database) : IChangeFeed
{
    internal static readonly Sql After = new(DeliveryRows.Select + "WHERE d.revision > ? ORDER BY d.revision LIMIT ?");
    private static readonly Sql Floor = new("SELECT revision_floor FROM meta");

    public long Head => database.Head;

    public Task<IReadOnlyList<DeliveryRecord>> ReadAfterAsync(long revision, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<DeliveryRecord>>(
            connection => ReadAfter(connection, revision, limit), cancellationToken);

    public Task<long> GetFloorAsync(CancellationToken cancellationToken) => database.ReadAsync(ReadFloor, cancellationToken);

    public Task<long> FindBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection => Math.Max(TimeSearch.RevisionBefore(connection, time), ReadFloor(connection)), cancellationToken);

    public IDisposable Subscribe(Action<IReadOnlyList<DeliveryRecord>> committed) => database.Subscribers.Add(committed);

    private static List<DeliveryRecord> ReadAfter(Connection connection, long revision, int limit)
    {
        var changes = new List<DeliveryRecord>();
        using var rows = connection.Use(After).Bind(revision).Bind(limit);
        while (rows.Step())
        {
            changes.Add(DeliveryRows.Read(rows));
        }

        return changes;
    }

    private static long ReadFloor(Connection connection)
    {
        using var row = connection.Use(Floor);
        row.Step();
        return row.Long(0);
    }
}
