using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresErasureStore(Transactions transactions) : IErasureStore
{
    private const int LookAtMost = 2_000;

    private const string Select =
        """
        SELECT x.seq, x.labels, x.delivery_count, coalesce((SELECT length(p.body) FROM payloads p WHERE p.event_seq = x.seq), 0), x.erase_time IS NOT NULL
        FROM events x 
        """;

    private static readonly string FindAll =
        Select + $"WHERE {OwnedRows.OfTenant.Replace("{0}", "$1", StringComparison.Ordinal)} AND x.seq >= $2 AND x.seq < $3 ORDER BY x.seq LIMIT $4";

    // With an expression in place of a column its index cannot be taken for that of the id.
    private const string FindOne =
        Select + "WHERE x.id = $5 AND x.tenant_seq + 0 = (SELECT seq FROM tenants WHERE id = $1) AND x.seq >= $2 AND x.seq < $3 ORDER BY x.seq + 0 LIMIT $4";

    private Database Database => transactions.Database;

    public async Task<ErasureStretch> FindAsync(ErasureWalk walk, CancellationToken cancellationToken)
    {
        var end = walk.End ?? await Database.FindAsync("SELECT event_seq FROM store", row => row.GetInt64(0) + 1, cancellationToken).ConfigureAwait(false);
        object?[] values = [walk.TenantId, walk.From, end, (long)LookAtMost];
        var rows = await Database.ListAsync(
            walk.EventId is null ? FindAll : FindOne,
            row => (Seq: row.GetInt64(0), Labels: row.TextOrNull(1), Deliveries: row.GetInt32(2), Bytes: row.GetInt32(3), Erased: row.GetBoolean(4)),
            cancellationToken, walk.EventId is { } id ? [.. values, id] : values).ConfigureAwait(false);
        var (found, bytes, deliveries) = (new List<long>(), 0L, 0L);
        foreach (var row in rows)
        {
            if (!row.Erased && (walk.Labels is null || LabelRules.Match(walk.Labels, row.Labels is { } labels ? Json.ReadMap(labels) : null)))
            {
                found.Add(row.Seq);
                bytes += row.Bytes;
                deliveries += row.Deliveries;
            }

            if (found.Count == walk.Limit || bytes >= ErasureWalk.MostBytes || deliveries >= ErasureWalk.MostDeliveries)
            {
                return new ErasureStretch(found, row.Seq + 1, end);
            }
        }

        return new ErasureStretch(found, rows.Count == LookAtMost ? rows[^1].Seq + 1 : end, end);
    }

    public Task<int> EraseAsync(Erasure erasure, CancellationToken cancellationToken) =>
        new EventErasing(transactions).EraseAsync(erasure.Positions, erasure.TenantId, erasure.Audit, cancellationToken);
}
