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

    public Task<RetryOrCancelResult> RetryAsync(string deliveryId, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(session => RetryAndCancel.Retry(session, deliveryId), audit, cancellationToken);

    public Task<RetryOrCancelResult> CancelAsync(string deliveryId, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(session => RetryAndCancel.Cancel(session, deliveryId), audit, cancellationToken);

    public Task<int> CancelOrphansAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(RetryAndCancel.CancelOrphans, cancellationToken);

    private Task<RetryOrCancelResult> WriteAsync(
        Func<WriteSession, RetryOrCancelResult> write, AuditRecord audit, CancellationToken cancellationToken) => database.WriteAsync(
        session => AuditRows.Log(session, write(session), result => result.Outcome == RetryOrCancelOutcome.Done, audit), cancellationToken);
}
