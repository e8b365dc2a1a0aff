using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresOwnership(Transactions transactions, Membership membership, Shares shares) : IOwnership
{
    private const int AtMost = 1_000;

    private const string FindDead =
        """
        SELECT d.seq, w.id, d.line FROM deliveries d JOIN webhooks w ON w.seq = d.webhook_seq + 0
        WHERE d.lease_until IS NOT NULL AND (d.lease_until < $1 OR d.lease_owner <> $2::text) AND ($3::smallint[] IS NULL OR w.shard = ANY($3))
        LIMIT $4
        """;

    private const string FindNodes =
        """
        SELECT n.name, n.started, n.lease_until, (SELECT count(*)::int FROM ownerships o WHERE o.epoch = n.epoch AND o.kind = 1), n.epoch
        FROM nodes n ORDER BY n.epoch
        """;

    public Task JoinAsync(string owner, CancellationToken cancellationToken) => membership.JoinAsync(owner, cancellationToken);

    public async Task<int> RecoverAsync(CancellationToken cancellationToken)
    {
        var (database, holdings) = (transactions.Database, transactions.Holdings);
        var now = await database.ReadNowAsync(cancellationToken).ConfigureAwait(false);
        var places = await database.ListAsync(
            FindDead,
            row => new DeliveryPlace(row.GetInt64(0), row.TextOrNull(2) is { } key ? new Line(row.GetString(1), key) : null),
            cancellationToken, now, holdings.LeaseName, holdings.Owned?.Select(shard => (short)shard).ToArray(), (long)AtMost).ConfigureAwait(false);
        if (places.Count == 0)
        {
            return 0;
        }

        var questions = new Questions();
        questions.Ask(places);
        return await transactions.RunAsync(
            questions,
            (unit, answers) =>
            {
                var name = unit.Holdings.LeaseName;
                foreach (var stored in answers.Deliveries.Values.OrderBy(each => each.Seq))
                {
                    if (answers.IsMember && stored.LeaseUntil is { } until && unit.Holdings.Owns(stored.Delivery.WebhookId)
                        && (until < unit.Now || (name is not null && stored.Owner != name)))
                    {
                        DeliveryWrites.Save(unit, answers, stored, DeliveryTransitions.Release(stored.Delivery, stored.Erased, unit.Now, unit.Now));
                    }
                }

                return Task.FromResult(() => unit.Changes.Count);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public Task LeaveAsync(CancellationToken cancellationToken) => membership.LeaveAsync(cancellationToken);

    public bool IsShared => true;

    public int TimesLost => transactions.Holdings.TimesLost;

    public bool Owns(string webhookId) => transactions.Holdings.Owns(webhookId);

    public IDisposable? Subscribe(Action changed)
    {
        transactions.Holdings.Changed += changed;
        return new ShareSubscription(transactions.Holdings, changed);
    }

    public Task<bool> TryTakeJobAsync(string job, CancellationToken cancellationToken) => transactions.Holdings.Epoch is > 0 and var epoch
        ? shares.TryTakeJobAsync(job, epoch, cancellationToken)
        : Task.FromResult(!transactions.Holdings.Joined);

    public Task GiveJobAsync(string job, CancellationToken cancellationToken) =>
        shares.GiveJobAsync(job, transactions.Holdings.Epoch, cancellationToken);

    public async Task<IReadOnlyList<NodeRecord>> ListNodesAsync(CancellationToken cancellationToken) => await transactions.Database.ListAsync(
        FindNodes,
        row => new NodeRecord(
            row.GetString(0), row.Time(1), row.Time(2), row.GetInt32(3), Holdings.Shards, row.GetInt64(4) == transactions.Holdings.Epoch),
        cancellationToken).ConfigureAwait(false);

    private sealed class ShareSubscription(Holdings holdings, Action changed) : IDisposable
    {
        public void Dispose() => holdings.Changed -= changed;
    }
}
