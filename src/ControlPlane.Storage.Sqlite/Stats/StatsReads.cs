using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Reads how attempts ended, and since when what waits does.</summary>
internal static class StatsReads
{
    private static readonly Sql FirstMinute = new("SELECT min(minute) FROM stats_minutes");
    private static readonly Sql FindWebhook = new("SELECT seq FROM webhooks WHERE id = ? AND delete_time IS NULL");

    internal static readonly Sql OldestWaiting = new(
        """
        SELECT min(create_time) FROM (
          SELECT create_time FROM (SELECT create_time FROM deliveries WHERE webhook_seq = ?1 AND next_due IS NOT NULL ORDER BY next_due LIMIT ?2)
          UNION ALL
          SELECT create_time FROM (SELECT create_time FROM deliveries WHERE webhook_seq = ?1 AND line_due IS NOT NULL LIMIT ?2))
        """);

    internal static readonly Sql OldestWaitingOfTenant = new(
        Claims.WaitingWebhooks +
        """
        SELECT min((SELECT d.create_time FROM deliveries d
          WHERE d.webhook_seq = waiting.webhook_seq AND d.next_due IS NOT NULL ORDER BY d.next_due LIMIT 1))
        FROM waiting CROSS JOIN webhooks w ON w.seq = waiting.webhook_seq
        WHERE w.tenant_seq = ?
        """);

    public static AttemptStats? Read(Connection connection, StatsQuery query, Backlog backlog, DateTimeOffset now)
    {
        if ((query.OfWebhook ? FindWebhookSeq(connection, query.Id) : -TenantKeys.FindConfig(connection, query.Id)?.Seq) is not { } owner)
        {
            return null;
        }

        var window = StatsBuckets.WindowOf(query, now);
        var buckets = window.Fill(
            Read(connection, StatsRows.FindMinute, owner, Math.Max(window.FirstMinute, FindFirstMinute(connection)), window.LastMinute),
            Read(connection, StatsRows.FindHour, owner, window.FirstHour, window.LastHour));
        var (inFlight, waiting) = backlog.Of(query);
        return new AttemptStats(buckets, inFlight, waiting, waiting == 0 ? null : FindOldest(connection, owner));
    }

    private static DateTimeOffset? FindOldest(Connection connection, long owner)
    {
        using var row = owner < 0
            ? connection.Use(OldestWaitingOfTenant).Bind(-owner)
            : connection.Use(OldestWaiting).Bind(owner).Bind(StatsBuckets.LookAtMost);
        return row.Step() ? row.TimeOrNull(0) : null;
    }

    private static IEnumerable<(long Number, int[] Numbers)> Read(Connection connection, Sql sql, long owner, long from, long to)
    {
        for (var number = from; number <= to; number++)
        {
            if (StatsRows.Find(connection, sql, number, owner) is { } counts)
            {
                yield return (number, NumberFormat.Read(counts));
            }
        }
    }

    /// <summary>The first minute that is stored, of whomever: before that there is nothing to look for.</summary>
    private static long FindFirstMinute(Connection connection)
    {
        using var row = connection.Use(FirstMinute);
        return row.Step() && row.LongOrNull(0) is { } first ? first : long.MaxValue;
    }

    private static long? FindWebhookSeq(Connection connection, string id)
    {
        using var row = connection.Use(FindWebhook).Bind(id);
        return row.Step() ? row.Long(0) : null;
    }
}
