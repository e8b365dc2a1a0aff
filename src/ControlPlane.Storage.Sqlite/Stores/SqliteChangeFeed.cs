namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteChangeFeed(SqliteDatabase database) : IChangeFeed
{
    internal static readonly Sql After = new(
        DeliveryRows.Select + "WHERE d.revision > ? AND d.lease_until IS NULL ORDER BY d.revision LIMIT ?");

    internal static readonly Sql LeasedAfter = new(
        DeliveryRows.Select + "WHERE d.revision > ? AND d.lease_until IS NOT NULL ORDER BY d.revision LIMIT ?");

    internal static readonly Sql AfterOfTenant = new(
        DeliveryRows.Select
        + "WHERE d.revision > ? AND d.revision <= ? AND d.lease_until IS NULL AND +d.tenant_seq = ? ORDER BY d.revision LIMIT ?");

    internal static readonly Sql LeasedAfterOfTenant = new(
        DeliveryRows.Select
        + "WHERE d.revision > ? AND d.revision <= ? AND d.lease_until IS NOT NULL AND +d.tenant_seq = ? ORDER BY d.revision LIMIT ?");

    internal static readonly Sql EndOfLook = new(
        "SELECT revision FROM deliveries WHERE revision > ? AND lease_until IS NULL ORDER BY revision LIMIT 1 OFFSET ?");

    /// <summary>How many changes one read of one tenant's looks at.</summary>
    private const int LookAtMost = 2_000;

    private static readonly Sql Floor = new("SELECT revision_floor FROM meta");

    public ValueTask<long> GetHeadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(database.Head);

    public Task<IReadOnlyList<DeliveryRecord>> ReadAfterAsync(long revision, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<DeliveryRecord>>(
            connection => ReadAfter(connection, revision, limit), cancellationToken);

    public Task<TenantChanges> ReadAfterAsync(long revision, int limit, string tenantId, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => ReadAfter(connection, revision, limit, tenantId), cancellationToken);

    public Task<long> GetFloorAsync(CancellationToken cancellationToken) => database.ReadAsync(ReadFloor, cancellationToken);

    public Task<long> FindBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection => Math.Max(TimeSearch.RevisionBefore(connection, time), ReadFloor(connection)), cancellationToken);

    private static List<DeliveryRecord> ReadAfter(Connection connection, long revision, int limit)
    {
        using var free = connection.Use(After).Bind(revision).Bind(limit);
        using var leased = connection.Use(LeasedAfter).Bind(revision).Bind(limit);
        return Merge(free, leased, limit);
    }

    private static TenantChanges ReadAfter(Connection connection, long revision, int limit, string tenantId)
    {
        var tenant = TenantKeys.FindSeq(connection, tenantId) ?? 0;
        var end = FindEnd(connection, revision);
        using var free = connection.Use(AfterOfTenant).Bind(revision).Bind(end ?? long.MaxValue).Bind(tenant).Bind(limit);
        using var leased = connection.Use(LeasedAfterOfTenant).Bind(revision).Bind(end ?? long.MaxValue).Bind(tenant).Bind(limit);
        var changes = Merge(free, leased, limit);
        return new(changes, changes.Count == limit ? changes[^1].Revision : end);
    }

    private static long? FindEnd(Connection connection, long revision)
    {
        using var row = connection.Use(EndOfLook).Bind(revision).Bind(LookAtMost);
        return row.Step() ? row.Long(0) : null;
    }

    private static List<DeliveryRecord> Merge(Statement free, Statement leased, int limit)
    {
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
