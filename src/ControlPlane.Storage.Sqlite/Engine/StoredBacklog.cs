using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Counts what has not ended when the store is opened.</summary>
internal static class StoredBacklog
{
    // The first two walk an index alone; of leased ones there are few, since a process holds a bounded number.
    internal static readonly Sql CountWaiting = new(
        """
        SELECT t.id, w.id, waiting.number
        FROM (SELECT webhook_seq, count(*) AS number FROM deliveries WHERE next_due IS NOT NULL GROUP BY webhook_seq) waiting
          CROSS JOIN webhooks w ON w.seq = waiting.webhook_seq
          CROSS JOIN tenants t ON t.seq = w.tenant_seq
        """);

    internal static readonly Sql CountInLine = new(
        """
        SELECT t.id, w.id, blocked.number
        FROM (SELECT webhook_seq, count(*) AS number FROM deliveries WHERE line_due IS NOT NULL GROUP BY webhook_seq) blocked
          CROSS JOIN webhooks w ON w.seq = blocked.webhook_seq
          CROSS JOIN tenants t ON t.seq = w.tenant_seq
        """);

    internal static readonly Sql ListLeased = new(
        """
        SELECT t.id, w.id, d.id FROM deliveries d
          CROSS JOIN webhooks w ON w.seq = d.webhook_seq
          CROSS JOIN tenants t ON t.seq = d.tenant_seq
        WHERE d.lease_until IS NOT NULL
        """);

    public static void Load(Connection connection, Backlog backlog)
    {
        foreach (var sql in new[] { CountWaiting, CountInLine })
        {
            using var rows = connection.Use(sql);
            while (rows.Step())
            {
                backlog.Load(rows.Text(0), rows.Text(1), rows.Long(2));
            }
        }

        using var leased = connection.Use(ListLeased);
        while (leased.Step())
        {
            backlog.LoadTenant(leased.Text(0), 1);
            backlog.LoadLeased(leased.Text(0), leased.Text(1), leased.Text(2));
        }
    }
}
