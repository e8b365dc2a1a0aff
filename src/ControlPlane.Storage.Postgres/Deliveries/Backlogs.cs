using System.Collections.Concurrent;

namespace ControlPlane.Storage.Postgres;

/// <summary>How many deliveries have not ended: as this process's last commits left it, and looked up once a second for those of others.</summary>
internal sealed class Backlogs
{
    private const int FreshFor = 1_000;

    private const string Find =
        """
        SELECT s.revision, s.open, coalesce(t.seq, 0), coalesce(b.open, 0) FROM store s
          LEFT JOIN tenants t ON t.id = $1 LEFT JOIN backlogs b ON b.tenant_seq = t.seq
        """;

    private readonly Database _database;
    private readonly ConcurrentDictionary<string, (long Seq, long LookedUp)> _tenants = new(StringComparer.Ordinal);
    private readonly Dictionary<long, (long Open, long Revision)> _open = [];
    private readonly Lock _lock = new();
    private (long Open, long Revision) _all;

    public Backlogs(Database database, Transactions transactions)
    {
        _database = database;
        transactions.Changed += Take;
    }

    public async ValueTask<BacklogCount> CountAsync(string tenantId, CancellationToken cancellationToken)
    {
        if (!_tenants.TryGetValue(tenantId, out var tenant) || Environment.TickCount64 - tenant.LookedUp > FreshFor)
        {
            var (revision, all, seq, open) = await _database.FindAsync(
                Find, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)), cancellationToken, tenantId).ConfigureAwait(false);
            tenant = (seq, Environment.TickCount64);
            if (seq > 0)
            {
                _tenants[tenantId] = tenant;
            }

            Take(revision, all, [(seq, open)]);
        }

        lock (_lock)
        {
            return new BacklogCount(_open.GetValueOrDefault(tenant.Seq).Open, _all.Open);
        }
    }

    private void Take(Committed committed) => Take(committed.Revision, committed.OpenOfAll, committed.OpenOfTenants);

    /// <summary>Takes counts over unless later ones are known: commits end in one order and are noted in another.</summary>
    private void Take(long revision, long all, IReadOnlyList<(long TenantSeq, long Open)> tenants)
    {
        lock (_lock)
        {
            if (revision >= _all.Revision)
            {
                _all = (all, revision);
            }

            foreach (var (seq, open) in tenants)
            {
                if (revision >= _open.GetValueOrDefault(seq).Revision)
                {
                    _open[seq] = (open, revision);
                }
            }
        }
    }
}
