using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>How attempts ended, of webhooks and tenants.</summary>
internal static class StatsRows
{
    internal static readonly Sql FindMinute = new("SELECT counts FROM stats_minutes WHERE minute = ? AND owner = ?");
    internal static readonly Sql FindHour = new("SELECT counts FROM stats_hours WHERE hour = ? AND owner = ?");
    private static readonly Sql FirstMinute = new("SELECT min(minute) FROM stats_minutes");
    private static readonly Sql SaveMinute = new("INSERT OR REPLACE INTO stats_minutes VALUES (?, ?, ?)");
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

    public static byte[]? Find(Connection connection, long minute, long owner) => Find(connection, FindMinute, minute, owner);

    /// <summary>Counts an attempt for its webhook and its tenant, unless they were deleted; stored by <see cref="Flush"/>.</summary>
    public static void Note(WriteSession session, DeliveryRecord completed)
    {
        if (session.Refs.FindTenant(completed.TenantId) is not { } tenant)
        {
            return;
        }

        session.Minute.Note(-tenant.Seq, completed, completed.UpdateTime);
        if (session.Refs.FindReceiver(tenant.Seq, completed.WebhookId) is { } webhook)
        {
            session.Minute.Note(webhook.Seq, completed, completed.UpdateTime);
        }
    }

    public static void Flush(WriteSession session)
    {
        foreach (var entry in session.Minute.TakeChanged())
        {
            session.Use(SaveMinute).Bind(entry.Minute).Bind(entry.Owner).Bind(entry.Store()).Run();
        }
    }

    public static AttemptStats? Read(Connection connection, StatsQuery query, Backlog backlog, DateTimeOffset now)
    {
        if ((query.OfWebhook ? FindWebhookSeq(connection, query.Id) : -TenantKeys.FindConfig(connection, query.Id)?.Seq) is not { } owner)
        {
            return null;
        }

        var window = StatsBuckets.WindowOf(query, now);
        var buckets = window.Fill(
            Read(connection, FindMinute, owner, Math.Max(window.FirstMinute, FindFirstMinute(connection)), window.LastMinute),
            Read(connection, FindHour, owner, window.FirstHour, window.LastHour));
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
            if (Find(connection, sql, number, owner) is { } counts)
            {
                yield return (number, NumberFormat.Read(counts));
            }
        }
    }

    private static byte[]? Find(Connection connection, Sql sql, long number, long owner)
    {
        using var row = connection.Use(sql).Bind(number).Bind(owner);
        return row.Step() ? row.BlobOrNull(0) : null;
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
