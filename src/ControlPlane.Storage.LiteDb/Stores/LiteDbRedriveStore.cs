using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbRedriveStore(LiteDbDatabase database) : IRedriveStore
{
    public async Task<RedriveScope?> CountAsync(DeliveryFilter filter, CancellationToken cancellationToken)
    {
        RedriveTransitions.Validate(filter);
        var counting = await database.ReadAsync(
            documents => RedriveCounting.TryStart(documents, filter), cancellationToken).ConfigureAwait(false);
        while (counting is { Finished: false })
        {
            cancellationToken.ThrowIfCancellationRequested();
            await database.ReadAsync(counting.GoOn, cancellationToken).ConfigureAwait(false);
        }

        return counting?.Scope;
    }

    public Task<RedriveRecord?> CreateAsync(RedriveRecord redrive, RedriveScope scope, AuditRecord audit, CancellationToken cancellationToken)
    {
        RedriveTransitions.Validate(redrive);
        return database.WriteAsync(
            session => AuditDocuments.Log(session, RedriveDocuments.Create(session, redrive, scope), created => created is not null, audit), cancellationToken);
    }

    public Task<RedriveRecord?> GetAsync(string redriveId, CancellationToken cancellationToken) =>
        database.ReadAsync(documents => RedriveDocuments.Find(documents, redriveId)?.Redrive, cancellationToken);

    public Task<Page<RedriveRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadPageAsync(
            before, limit, (documents, from, some) => RedriveDocuments.List(documents, tenantId, from, some), cancellationToken);

    public Task<IReadOnlyList<RedriveRecord>> ListRunningAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(RedriveDocuments.ListRunning, cancellationToken);

    public Task<RedriveBatch?> RedriveBatchAsync(string redriveId, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync("", limit, session => RedriveSteps.Batch(session, redriveId, limit), cancellationToken);

    public Task<bool> CancelAsync(string redriveId, AuditRecord audit, CancellationToken cancellationToken) =>
        database.WriteAsync(
            session => AuditDocuments.Log(session, RedriveSteps.Cancel(session, redriveId), cancelled => cancelled, audit), cancellationToken);
}
