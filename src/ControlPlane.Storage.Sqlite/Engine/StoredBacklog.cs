namespace ControlPlane.Storage.Sqlite;

/// <summary>Counts what has not ended when the store is opened.</summary>
internal static class StoredBacklog
{
    // The first two walk an index alone; of leased ones there are few, since a process holds a bounded number.
    internal static readonly Sql CountWaiting = new(
        """
        SELECT t.id, waiting.number
        FROM (SELECT webhook_seq, count(*) AS number FROM deliveries WHERE next_due IS NOT NULL GROUP BY webhook_seq) waiting
          CROSS JOIN webhooks w ON w.seq = waiting.webhook_seq
          CROSS JOIN tenants t ON t.seq = w.tenant_seq
        """);

    internal static readonly Sql CountInLine = new(
        """
        SELECT t.id, blocked.number
        FROM (SELECT webhook_seq, count(*) AS number FROM deliveries WHERE line_due IS NOT NULL GROUP BY webhook_seq) blocked
          CROSS JOIN webhooks w ON w.seq = blocked.webhook_seq
          CROSS JOIN tenants t ON t.seq = w.tenant_seq
        """);

    internal static readonly Sql CountLeased = new(
        """
        SELECT t.id, 1 FROM deliveries d CROSS JOIN tenants t ON t.seq = d.tenant_seq WHERE d.lease_until IS NOT NULL
        """);

    public static IEnumerable<(string TenantId, long Count)> Read(Connection connection)
    {
        foreach (var sql in new[] { CountWaiting, CountInLine, CountLeased })
        {
            using var rows = connection.Use(sql);
            while (rows.Step())
            {
                yield return (rows.Text(0), rows.Long(1));
            }
        }
    }
}
