namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbStatsStore(LiteDbDatabase database) : IStatsStore
{
    public async Task<AttemptStats?> ReadAsync(StatsQuery query, CancellationToken cancellationToken)
    {
        var stats = await database.ReadAsync(
            documents => StatsReads.Read(documents, query, database.Backlog, database.Clock.GetStoreNow()), cancellationToken).ConfigureAwait(false);
        return query.OfWebhook || stats is not { Waiting: > 0 }
            ? stats
            : stats with { OldestWaiting = await FindOldestAsync(query.Id, cancellationToken).ConfigureAwait(false) };
    }

    /// <summary>Of each webhook of a tenant the delivery that is due first is looked at.</summary>
    private async Task<DateTimeOffset?> FindOldestAsync(string tenantId, CancellationToken cancellationToken)
    {
        var tenant = await database.ReadAsync(documents => TenantRef.Find(documents, tenantId)?.Seq, cancellationToken).ConfigureAwait(false);
        DateTimeOffset? oldest = null;
        await WaitingWalk.RunAsync(
            database,
            (_, first) =>
            {
                var created = first.Time("c");
                if (first.Long("ts") == tenant && !(oldest <= created))
                {
                    oldest = created;
                }
            },
            cancellationToken).ConfigureAwait(false);
        return oldest;
    }
}
