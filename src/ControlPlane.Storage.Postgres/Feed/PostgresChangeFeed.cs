namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresChangeFeed(Database database) : IChangeFeed
{
    private const string ReadAfter = DeliveryRows.Select + "WHERE d.revision > $1 ORDER BY d.revision LIMIT $2";

    // From the last mark before that time on; without one, from the beginning.
    private const string FindBefore =
        """
        SELECT greatest(s.revision_floor, coalesce((
          SELECT d.revision - 1 FROM deliveries d
          WHERE d.revision > coalesce((SELECT m.revision FROM change_marks m WHERE m.latest < $1 ORDER BY m.revision DESC LIMIT 1), 0)
            AND d.update_time >= $1
          ORDER BY d.revision LIMIT 1), s.revision))
        FROM store s
        """;

    public async ValueTask<long> GetHeadAsync(CancellationToken cancellationToken) =>
        await database.FindAsync("SELECT revision FROM store", row => row.GetInt64(0), cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<DeliveryRecord>> ReadAfterAsync(long revision, int limit, CancellationToken cancellationToken) =>
        await database.ListAsync(ReadAfter, DeliveryRows.ReadDelivery, cancellationToken, revision, limit).ConfigureAwait(false);

    public Task<long> GetFloorAsync(CancellationToken cancellationToken) =>
        database.FindAsync("SELECT revision_floor FROM store", row => row.GetInt64(0), cancellationToken);

    public Task<long> FindBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        database.FindAsync(FindBefore, row => row.GetInt64(0), cancellationToken, time);

}
