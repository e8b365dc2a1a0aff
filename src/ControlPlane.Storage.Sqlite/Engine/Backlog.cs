using System.Collections.Concurrent;

namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// How many deliveries of each tenant have not ended. Counted once when the store is opened and kept by the writer from then on, so
/// that asking costs nothing.
/// </summary>
internal sealed class Backlog
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
        SELECT t.id, held.number
        FROM (SELECT webhook_seq, count(*) AS number FROM deliveries WHERE line_due IS NOT NULL GROUP BY webhook_seq) held
          CROSS JOIN webhooks w ON w.seq = held.webhook_seq
          CROSS JOIN tenants t ON t.seq = w.tenant_seq
        """);

    internal static readonly Sql CountLeased = new(
        """
        SELECT t.id, 1 FROM deliveries d CROSS JOIN tenants t ON t.seq = d.tenant_seq WHERE d.lease_until IS NOT NULL
        """);

    private readonly ConcurrentDictionary<string, long> _committed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _changes = new(StringComparer.Ordinal);
    private long _total;

    public Backlog(Connection connection)
    {
        foreach (var sql in new[] { CountWaiting, CountInLine, CountLeased })
        {
            using var rows = connection.Use(sql);
            while (rows.Step())
            {
                Add(rows.Text(0), rows.Long(1));
            }
        }

        Commit();
    }

    /// <summary>Of one tenant and of all, as last committed. For any thread.</summary>
    public BacklogCount Of(string tenantId) => new(_committed.GetValueOrDefault(tenantId), Interlocked.Read(ref _total));

    /// <summary>Within a transaction: deliveries began or ended.</summary>
    public void Add(string tenantId, long count)
    {
        _changes.TryGetValue(tenantId, out var changed);
        _changes[tenantId] = changed + count;
    }

    public void Commit()
    {
        foreach (var (tenant, count) in _changes)
        {
            // Only the writer changes the numbers.
            var now = _committed.GetValueOrDefault(tenant) + count;
            if (now == 0)
            {
                _committed.TryRemove(tenant, out _);
            }
            else
            {
                _committed[tenant] = now;
            }

            Interlocked.Add(ref _total, count);
        }

        _changes.Clear();
    }

    public void Rollback() => _changes.Clear();
}
