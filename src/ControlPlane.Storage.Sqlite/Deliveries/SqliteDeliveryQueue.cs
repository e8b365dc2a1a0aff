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

    public Task<CompletionEffectsResult> CompleteAsync(Completion completion, CompletionEffects effects, CancellationToken cancellationToken)
    {
        Completions.Validate(completion);
        return database.WriteAsync(session => CompletionEffectWrites.Complete(session, completion, effects), cancellationToken);
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

    public async Task<int> RecoverAsync(DateTimeOffset now, string? survivor, CancellationToken cancellationToken)
    {
        if (survivor is not null)
        {
            return await database.WriteAsync(session => Leases.Recover(session, survivor, now), cancellationToken).ConfigureAwait(false);
        }

        // Again if all that was found was taken back or prolonged by others meanwhile: 0 says that there are no more.
        var taken = 0;
        while (taken == 0)
        {
            var expired = await database.ReadAsync(connection => Leases.ListExpired(connection, now), cancellationToken)
                .ConfigureAwait(false);
            if (expired.Count == 0)
            {
                return 0;
            }

            taken = await database.WriteAsync(session => Leases.Recover(session, expired, now), cancellationToken).ConfigureAwait(false);
        }

        return taken;
    }

    public ValueTask<BacklogCount> CountBacklogAsync(string tenantId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Backlog.Of(tenantId));

    public Task<IReadOnlyList<WaitingWebhook>> ListWaitingAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(Claims.ListWaiting, cancellationToken);
}
