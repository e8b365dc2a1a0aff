namespace ControlPlane.Storage.Postgres;

/// <summary>The tables of nodes and of what they own.</summary>
internal sealed class Shares(Transactions transactions)
{
    /// <summary>How long a shard is kept for what is under way in it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string Enter =
        $"INSERT INTO nodes (name, started, lease_until) SELECT $1::text, $2::bigint, $3::bigint WHERE {CopyLock.IsFree} RETURNING epoch";

    private const string Renew = "UPDATE nodes SET lease_until = $2 WHERE epoch = $1 RETURNING epoch";

    /// <summary>Waits for no transaction of those nodes: it is tried again soon, and the database ends transactions that nobody goes on
    /// with.</summary>
    private const string RemoveDead =
        """
        DELETE FROM nodes WHERE epoch IN (
          SELECT epoch FROM nodes WHERE lease_until < $1 AND epoch <> $2 ORDER BY epoch FOR UPDATE SKIP LOCKED)
        """;

    private const string FindOwners = "SELECT name::int, epoch FROM ownerships WHERE kind = 1";
    private const string CountNodes = "SELECT count(*)::int FROM nodes";

    private const string TakeShards =
        """
        INSERT INTO ownerships (kind, name, epoch) SELECT 1, u.shard::text, $2 FROM unnest($1::int[]) u (shard)
        ON CONFLICT DO NOTHING RETURNING name::int
        """;

    private const string GiveShards = "DELETE FROM ownerships WHERE kind = 1 AND epoch = $2 AND name = ANY($1)";

    private const string FindBusy =
        """
        SELECT DISTINCT w.shard::int FROM deliveries d JOIN webhooks w ON w.seq = d.webhook_seq + 0
        WHERE d.lease_until IS NOT NULL AND d.lease_owner = $1 AND w.shard = ANY($2)
        """;

    /// <summary>Whoever leases has it in share, and whoever gets it later knows that the shards are leaving.</summary>
    private const string AwaitLeasing = "SELECT pg_advisory_xact_lock(4, $1::int)";

    private const string TakeJob =
        "INSERT INTO ownerships (kind, name, epoch) VALUES (2, $1, $2) ON CONFLICT DO NOTHING";

    private const string OwnsJob = "SELECT 1 FROM ownerships WHERE kind = 2 AND name = $1 AND epoch = $2";

    private readonly Dictionary<int, DateTimeOffset> _leaving = [];

    public Task<long> EnterAsync(string name, TimeSpan lease) => transactions.RunAsync<long>(
        async unit =>
        {
            var epoch = await unit.FindAsync(Enter, row => row.GetInt64(0), name, unit.Now, unit.Now + lease).ConfigureAwait(false);
            return epoch > 0 ? () => epoch : throw new StorageUnavailableException("The database is in use by a copy (hookctl admin copy).");
        },
        CancellationToken.None);

    /// <summary>False if it is no member any more.</summary>
    public Task<bool> RenewAsync(long epoch, TimeSpan lease) => transactions.RunAsync<bool>(
        async unit =>
        {
            var found = await unit.FindAsync(Renew, row => row.GetInt64(0), epoch, unit.Now + lease).ConfigureAwait(false);
            return () => found > 0;
        },
        CancellationToken.None);

    public Task LeaveAsync(long epoch) => transactions.RunAsync<bool>(
        async unit =>
        {
            await unit.RunAsync("DELETE FROM nodes WHERE epoch = $1", epoch).ConfigureAwait(false);
            unit.OwnershipChanged = true;
            return () => true;
        },
        CancellationToken.None);

    /// <summary>Takes a job that one node does for all; false if another one has it.</summary>
    public Task<bool> TryTakeJobAsync(string job, long epoch, CancellationToken cancellationToken) => transactions.RunAsync<bool>(
        async unit =>
        {
            if ((await unit.ListAsync(Asking.LockMembership, _ => true, epoch).ConfigureAwait(false)).Count == 0)
            {
                return () => false;
            }

            await unit.RunAsync(TakeJob, job, epoch).ConfigureAwait(false);
            var owns = await unit.FindAsync(OwnsJob, row => row.GetInt32(0), job, epoch).ConfigureAwait(false);
            return () => owns == 1;
        },
        cancellationToken);

    public Task GiveJobAsync(string job, long epoch, CancellationToken cancellationToken) => transactions.RunAsync<bool>(
        async unit =>
        {
            await unit.RunAsync("DELETE FROM ownerships WHERE kind = 2 AND name = $1 AND epoch = $2", job, epoch).ConfigureAwait(false);
            return () => true;
        },
        cancellationToken);

    /// <summary>Takes over from nodes that are gone, takes what is free up to this node's part, and gives up what is over it.</summary>
    public async Task BalanceAsync(string name, long epoch)
    {
        var (owned, leaving) = await transactions.RunAsync<(HashSet<int>, HashSet<int>)>(
            async unit =>
            {
                await unit.RunAsync(RemoveDead, unit.Now, epoch).ConfigureAwait(false);
                var nodes = await unit.FindAsync(CountNodes, row => row.GetInt32(0)).ConfigureAwait(false);
                var owners = (await unit.ListAsync(FindOwners, row => (Shard: row.GetInt32(0), Epoch: row.GetInt64(1))).ConfigureAwait(false))
                    .ToDictionary(each => each.Shard, each => each.Epoch);
                var own = owners.Where(each => each.Value == epoch).Select(each => each.Key).ToHashSet();
                var part = (Holdings.Shards + nodes - 1) / Math.Max(nodes, 1);
                var free = Enumerable.Range(0, Holdings.Shards).Where(shard => !owners.ContainsKey(shard)).Take(Math.Max(0, part - own.Count)).ToArray();
                if (free.Length > 0)
                {
                    own.UnionWith(await unit.ListAsync(TakeShards, row => row.GetInt32(0), free, epoch).ConfigureAwait(false));
                }

                var over = PickLeaving(own, part, unit.Now);
                var busy = await FindBusyAsync(unit, [.. over.Where(transactions.Holdings.Leaving.Contains)], epoch).ConfigureAwait(false);
                var idle = over.Where(shard => transactions.Holdings.Leaving.Contains(shard) && (!busy.Contains(shard) || unit.Now - _leaving[shard] > Patience)).ToList();
                if (idle.Count > 0)
                {
                    await unit.RunAsync(GiveShards, idle.Select(Text).ToArray(), epoch).ConfigureAwait(false);
                    unit.OwnershipChanged = true;
                    own.ExceptWith(idle);
                    over.ExceptWith(idle);
                }

                own.ExceptWith(over);
                return () => (own, over);
            },
            CancellationToken.None).ConfigureAwait(false);
        transactions.Holdings.Set(name, epoch, owned, leaving);
    }

    /// <summary>Those to give up: the same ones as before as long as there are too many.</summary>
    private HashSet<int> PickLeaving(HashSet<int> own, int part, DateTimeOffset now)
    {
        var over = own.OrderByDescending(shard => _leaving.ContainsKey(shard)).ThenByDescending(shard => shard).Take(Math.Max(0, own.Count - part)).ToHashSet();
        foreach (var shard in _leaving.Keys.Where(shard => !over.Contains(shard)).ToList())
        {
            _leaving.Remove(shard);
        }

        foreach (var shard in over)
        {
            _leaving.TryAdd(shard, now);
        }

        return over;
    }

    /// <summary>The shards in which something is under way, those included that were leased by transactions which are about to commit.</summary>
    private async Task<HashSet<int>> FindBusyAsync(Unit unit, IReadOnlyList<int> leaving, long epoch)
    {
        if (leaving.Count == 0)
        {
            return [];
        }

        await unit.RunAsync(AwaitLeasing, epoch).ConfigureAwait(false);
        return [.. await unit.ListAsync(
            FindBusy, row => row.GetInt32(0), transactions.Holdings.LeaseName, leaving.Select(shard => (short)shard).ToArray()).ConfigureAwait(false)];
    }

    private static string Text(int shard) => shard.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
