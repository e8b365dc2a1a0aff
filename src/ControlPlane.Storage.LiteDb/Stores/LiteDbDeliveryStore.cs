namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbDeliveryStore(LiteDbDatabase database) : IDeliveryStore
{
    public Task<DeliveryRecord?> GetAsync(string deliveryId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            documents => DeliveryIds.Find(documents, deliveryId) is { } found ? DeliveryFormat.ReadRecord(found) : null, cancellationToken);

    public Task<IReadOnlyList<AttemptRecord>> ListAttemptsAsync(string deliveryId, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<AttemptRecord>>(
            documents => DeliveryIds.Find(documents, deliveryId) is { } found ? DeliveryFormat.ReadAttempts(found) : [], cancellationToken);

    public Task<DeliveryRecord?> FindAheadAsync(string deliveryId, CancellationToken cancellationToken) =>
        database.ReadAsync(documents => Ahead.Find(documents, deliveryId, database.Clock.GetStoreNow()), cancellationToken);

    public Task<Page<DeliveryRecord>> ListAsync(DeliveryQuery query, CancellationToken cancellationToken) =>
        database.ReadPageAsync(query.Before, query.Limit, new DeliveryList(query).Read, cancellationToken);

    public Task<RetryOrCancelResult> RetryAsync(string deliveryId, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(session => RetryAndCancel.Retry(session, deliveryId), audit, cancellationToken);

    public Task<RetryOrCancelResult> CancelAsync(string deliveryId, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(session => RetryAndCancel.Cancel(session, deliveryId), audit, cancellationToken);

    public Task<int> CancelOrphansAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(RetryAndCancel.CancelOrphans, cancellationToken);

    private Task<RetryOrCancelResult> WriteAsync(
        Func<WriteSession, RetryOrCancelResult> write, AuditRecord audit, CancellationToken cancellationToken) => database.WriteAsync(
        session => AuditDocuments.Log(session, write(session), result => result.Outcome == RetryOrCancelOutcome.Done, audit), cancellationToken);
}
