namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteDeliveryStore(SqliteDatabase database) : IDeliveryStore
{
    public Task<DeliveryRecord?> GetAsync(string deliveryId, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => DeliveryRows.Find(connection, deliveryId)?.Delivery, cancellationToken);

    public Task<IReadOnlyList<AttemptRecord>> ListAttemptsAsync(string deliveryId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection => DeliveryRows.Find(connection, deliveryId) is { } stored
                ? AttemptRows.List(connection, stored.Seq)
                : [],
            cancellationToken);

    public Task<DeliveryRecord?> FindAheadAsync(string deliveryId, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection => DeliveryRows.Find(connection, deliveryId) is { } stored && Lines.FindAhead(connection, stored, now) is { } ahead
                ? DeliveryRows.Get(connection, ahead).Delivery
                : null,
            cancellationToken);

    public Task<Page<DeliveryRecord>> ListAsync(DeliveryQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => DeliveryList.Read(connection, query), cancellationToken);

    public Task<SteerResult> RetryAsync(string deliveryId, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(session => Steering.Retry(session, deliveryId, now), cancellationToken);

    public Task<SteerResult> CancelAsync(string deliveryId, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(session => Steering.Cancel(session, deliveryId, now), cancellationToken);

    public Task<int> CancelOrphansAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(session => Steering.CancelOrphans(session, now), cancellationToken);
}
