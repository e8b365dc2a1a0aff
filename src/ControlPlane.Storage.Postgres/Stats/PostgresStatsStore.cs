using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresStatsStore(Database database) : IStatsStore
{
    /// <summary>The oldest of those that are due first of each webhook of tenant $1. Most webhooks have none waiting, which their backlog
    /// says without a look at the deliveries of each day.</summary>
    private const string FindOldestOfTenant =
        """
        SELECT min((SELECT d.create_time FROM deliveries d WHERE d.webhook_seq = w.seq AND d.due IS NOT NULL AND NOT d.blocked ORDER BY d.due LIMIT 1))
        FROM webhooks w
        WHERE w.tenant_seq = $1 AND w.delete_time IS NULL AND (SELECT b.waiting FROM webhook_backlogs b WHERE b.webhook_seq = w.seq) > 0
        """;

    public async Task<AttemptStats?> ReadAsync(StatsQuery query, CancellationToken cancellationToken)
    {
        var now = await database.ReadNowAsync(cancellationToken).ConfigureAwait(false);
        var (owner, inFlight, waiting) = await database.FindAsync(
            query.OfWebhook ? StatsSql.FindWebhook : StatsSql.FindTenant,
            row => (row.GetInt64(0), row.GetInt64(1), Math.Max(0, row.GetInt64(2))), cancellationToken, query.Id).ConfigureAwait(false);
        if (owner == 0)
        {
            return null;
        }

        var window = StatsBuckets.WindowOf(query, now);
        var rows = await database.ListAsync(
            StatsSql.Find, row => (OfMinute: row.GetBoolean(0), Stored: (row.GetInt64(1), row.GetFieldValue<int[]>(2))), cancellationToken,
            owner, window.FirstMinute, window.LastMinute, window.FirstHour, window.LastHour).ConfigureAwait(false);
        var oldest = waiting == 0 ? null : await FindOldestAsync(owner, cancellationToken).ConfigureAwait(false);
        return new AttemptStats(
            window.Fill(rows.Where(row => row.OfMinute).Select(row => row.Stored), rows.Where(row => !row.OfMinute).Select(row => row.Stored)),
            inFlight, waiting, oldest);
    }

    private Task<DateTimeOffset?> FindOldestAsync(long owner, CancellationToken cancellationToken) => owner < 0
        ? database.FindAsync(FindOldestOfTenant, row => row.TimeOrNull(0), cancellationToken, -owner)
        : database.FindAsync(StatsSql.FindOldest, row => row.TimeOrNull(0), cancellationToken, owner, StatsBuckets.LookAtMost);
}
