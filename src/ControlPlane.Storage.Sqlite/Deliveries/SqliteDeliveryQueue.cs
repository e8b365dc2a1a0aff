namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteDeliveryQueue(SqliteDatabase database) : IDeliveryQueue
{
    public Task<ClaimResult> ClaimDueAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        database.WriteAsync(session => Claims.Claim(session, request), cancellationToken);

    public Task<Completed?> CompleteAsync(Completion completion, CancellationToken cancellationToken)
    {
        Completions.Validate(completion);
        return database.WriteAsync(session => Completions.Complete(session, completion), cancellationToken);
    }

    public Task<AftermathResult> CompleteAsync(Completion completion, Aftermath aftermath, CancellationToken cancellationToken)
    {
        Completions.Validate(completion);
        return database.WriteAsync(session => Aftermaths.Complete(session, completion, aftermath), cancellationToken);
    }

    public async Task ReleaseAsync(IReadOnlyList<Lease> leases, DateTimeOffset due, CancellationToken cancellationToken)
    {
        if (leases.Count > 0)
        {
            var now = database.Clock.GetStoreNow();
            await database.WriteAsync(session => Leases.Release(session, leases, due, now), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    public async Task<IReadOnlyList<string>> ExtendAsync(
        IReadOnlyList<Lease> leases, DateTimeOffset until, CancellationToken cancellationToken) =>
        leases.Count == 0
            ? []
            : await database.WriteAsync(session => Leases.Extend(session, leases, until), cancellationToken)
                .ConfigureAwait(false);

    public Task<int> RecoverAsync(DateTimeOffset now, string? survivor, CancellationToken cancellationToken) =>
        database.WriteAsync(session => Leases.Recover(session, now, survivor), cancellationToken);

    public ValueTask<BacklogCount> CountBacklogAsync(string tenantId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Backlog.Of(tenantId));

    public Task<IReadOnlyList<WaitingWebhook>> ListWaitingAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(Claims.ListWaiting, cancellationToken);
}
