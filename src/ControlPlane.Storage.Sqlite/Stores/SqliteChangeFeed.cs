namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteChangeFeed(SqliteDatabase database) : IChangeFeed
{
    internal static readonly Sql After = new(
        DeliveryRows.Select + "WHERE d.revision > ? AND d.lease_until IS NULL ORDER BY d.revision LIMIT ?");

    internal static readonly Sql LeasedAfter = new(
        DeliveryRows.Select + "WHERE d.revision > ? AND d.lease_until IS NOT NULL ORDER BY d.revision LIMIT ?");

    private static readonly Sql Floor = new("SELECT revision_floor FROM meta");

    public ValueTask<long> GetHeadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(database.Head);

    public Task<IReadOnlyList<DeliveryRecord>> ReadAfterAsync(long revision, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<DeliveryRecord>>(
            connection => ReadAfter(connection, revision, limit), cancellationToken);

    public Task<long> GetFloorAsync(CancellationToken cancellationToken) => database.ReadAsync(ReadFloor, cancellationToken);

    public Task<long> FindBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection => Math.Max(TimeSearch.RevisionBefore(connection, time), ReadFloor(connection)), cancellationToken);

    private static List<DeliveryRecord> ReadAfter(Connection connection, long revision, int limit)
    {
        using var free = connection.Use(After).Bind(revision).Bind(limit);
        using var leased = connection.Use(LeasedAfter).Bind(revision).Bind(limit);
        var changes = new List<DeliveryRecord>();
        var (nextFree, nextLeased) = (Next(free), Next(leased));
        while (changes.Count < limit && (nextFree ?? nextLeased) is not null)
        {
            if (nextLeased is null || nextFree?.Revision < nextLeased.Revision)
            {
                changes.Add(nextFree!);
                nextFree = Next(free);
            }
            else
            {
                changes.Add(nextLeased);
                nextLeased = Next(leased);
            }
        }

        return changes;
    }

    private static DeliveryRecord? Next(Statement rows) => rows.Step() ? DeliveryRows.Read(rows) : null;

    private static long ReadFloor(Connection connection)
    {
        using var row = connection.Use(Floor);
        row.Step();
        return row.Long(0);
    }
}
