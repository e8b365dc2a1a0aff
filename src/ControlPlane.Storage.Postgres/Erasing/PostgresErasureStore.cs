using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresErasureStore(Transactions transactions) : IErasureStore
{
    private const int LookAtMost = 2_000;

    private static readonly string Find =
        $"""
        SELECT x.seq, x.labels, x.delivery_count, coalesce((SELECT length(p.body) FROM payloads p WHERE p.event_seq = x.seq), 0), x.erase_time IS NOT NULL
        FROM events x WHERE {OwnedRows.OfTenant.Replace("{0}", "$1", StringComparison.Ordinal)} AND x.seq >= $2 AND x.seq < $3 AND ($4::text IS NULL OR x.id = $4)
        ORDER BY x.seq LIMIT $5
        """;

    private Database Database => transactions.Database;

    public async Task<ErasureStretch> FindAsync(ErasureWalk walk, CancellationToken cancellationToken)
    {
        var end = walk.End ?? await Database.FindAsync("SELECT event_seq FROM store", row => row.GetInt64(0) + 1, cancellationToken).ConfigureAwait(false);
        var rows = await Database.ListAsync(
            Find,
            row => (Seq: row.GetInt64(0), Labels: row.TextOrNull(1), Deliveries: row.GetInt32(2), Bytes: row.GetInt32(3), Erased: row.GetBoolean(4)),
            cancellationToken, walk.TenantId, walk.From, end, walk.EventId, (long)LookAtMost).ConfigureAwait(false);
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
