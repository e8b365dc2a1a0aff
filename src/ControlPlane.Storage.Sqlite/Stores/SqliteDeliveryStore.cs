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

    public Task<DeliveryRecord?> FindAheadAsync(string deliveryId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection => DeliveryRows.Find(connection, deliveryId) is { } stored && OrderingLines.FindAhead(connection, stored, database.Clock.GetStoreNow()) is { } ahead
                ? DeliveryRows.Get(connection, ahead).Delivery
                : null,
            cancellationToken);

    public Task<Page<DeliveryRecord>> ListAsync(DeliveryQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => DeliveryList.Read(connection, query), cancellationToken);

    public Task<RetryOrCancelResult> RetryAsync(string deliveryId, CancellationToken cancellationToken) =>
        database.WriteAsync(session => RetryAndCancel.Retry(session, deliveryId), cancellationToken);

    public Task<RetryOrCancelResult> CancelAsync(string deliveryId, CancellationToken cancellationToken) =>
        database.WriteAsync(session => RetryAndCancel.Cancel(session, deliveryId), cancellationToken);

    public Task<int> CancelOrphansAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(RetryAndCancel.CancelOrphans, cancellationToken);
}
