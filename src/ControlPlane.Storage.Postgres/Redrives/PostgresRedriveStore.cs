using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresRedriveStore(Transactions transactions) : IRedriveStore
{
    /// <summary>Deliveries that one step looks at, so that a step takes as long however many there are.</summary>
    private const int LookAtMost = 5_000;

    private const int CountAtOnce = 20_000;
    private const string FindTenant = "SELECT seq FROM tenants WHERE id = $1 AND delete_time IS NULL";

    private Database Database => transactions.Database;

    public async Task<RedriveScope?> CountAsync(DeliveryFilter filter, CancellationToken cancellationToken)
    {
        RedriveTransitions.Validate(filter);
        if (filter.TenantId is { } tenant && await FindTenantAsync(tenant, cancellationToken).ConfigureAwait(false) == 0)
        {
            return null;
        }

        var scope = await Database.FindAsync(
            "SELECT revision, delivery_seq FROM store", row => new RedriveScope(0, row.GetInt64(0), row.GetInt64(1) + 1), cancellationToken)
            .ConfigureAwait(false);
        var position = 0L;
        while (position < scope!.End)
        {
            var room = RedriveScope.Most - scope.Count;
            var (from, within) = (position, scope);
            var walk = await Database.ReadAsync(
                connection => RedriveWalk.ReadAsync(connection, filter, within, from, Math.Min(room, CountAtOnce), CountAtOnce), cancellationToken)
                .ConfigureAwait(false);
            position = walk.Next;
            scope = scope with { Count = scope.Count + walk.Found.Count, End = walk.Found.Count == room ? walk.Next : scope.End };
        }

        return scope;
    }

    public async Task<RedriveRecord?> CreateAsync(RedriveRecord redrive, RedriveScope scope, AuditRecord audit, CancellationToken cancellationToken)
    {
        RedriveTransitions.Validate(redrive);
        return await transactions.RunAsync<RedriveRecord?>(
            async unit =>
            {
                var tenant = redrive.Filter.TenantId;
                if (tenant is not null && await unit.FindAsync(FindTenant + " FOR SHARE", row => row.GetInt64(0), tenant).ConfigureAwait(false) == 0)
                {
                    return () => null;
                }

                var created = redrive with { State = RedriveState.Running, Matched = scope.Count, UpdateTime = redrive.CreateTime };
                await unit.RunAsync(
                    RedriveRows.Insert, created.Id, tenant, RedriveRows.Write(created.Filter), created.MaxRatePerSecond, created.State,
                    created.Matched, scope.Revision, scope.End, created.CreateTime, RedriveRows.Write(created.Replay)).ConfigureAwait(false);
                unit.Audits.Add(audit);
                return () => created;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<RedriveRecord?> GetAsync(string redriveId, CancellationToken cancellationToken) =>
        (await Database.FindAsync(RedriveRows.Select + "WHERE id = $1", RedriveRows.Read, cancellationToken, redriveId).ConfigureAwait(false))?.Redrive;

    public async Task<Page<RedriveRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken)
    {
        var tenant = tenantId is null ? 0 : await FindTenantAsync(tenantId, cancellationToken, withDeleted: true).ConfigureAwait(false);
        var found = await Database.ListAsync(
            RedriveRows.Select + (tenantId is null ? "WHERE $2 = 0 AND " : "WHERE tenant_seq = $2 AND ") + "seq < $1 ORDER BY seq DESC LIMIT $3",
            RedriveRows.Read, cancellationToken, before ?? long.MaxValue, tenant, limit + 1).ConfigureAwait(false);
        return new Page<RedriveRecord>(
            [.. found.Take(limit).Select(stored => stored.Redrive)], found.Count > limit ? found[limit - 1].Seq : null);
    }

    public async Task<IReadOnlyList<RedriveRecord>> ListRunningAsync(CancellationToken cancellationToken) =>
        [.. (await Database.ListAsync(RedriveRows.Select + "WHERE state = 1 ORDER BY seq", RedriveRows.Read, cancellationToken).ConfigureAwait(false))
            .Select(stored => stored.Redrive)];

    public Task<RedriveBatch?> RedriveBatchAsync(string redriveId, int limit, CancellationToken cancellationToken) =>
        transactions.RunAsync<RedriveBatch?>(
            async unit =>
            {
                if (await RedriveRows.LockAsync(unit, redriveId).ConfigureAwait(false) is not { } stored)
                {
                    return () => null;
                }

                if (!RedriveTransitions.CanRetry(stored.Redrive))
                {
                    return () => new RedriveBatch(stored.Redrive, []);
                }

                var (redrive, retried) = await StepAsync(unit, stored, limit).ConfigureAwait(false);
                return () => new RedriveBatch(redrive, [.. retried.Select(staged => staged.Delivery)]);
            },
            cancellationToken);

    public Task<bool> CancelAsync(string redriveId, AuditRecord audit, CancellationToken cancellationToken) => transactions.RunAsync<bool>(
        async unit =>
        {
            if (await RedriveRows.LockAsync(unit, redriveId).ConfigureAwait(false) is not { Redrive.State: RedriveState.Running } stored)
            {
                return () => false;
            }

            await RedriveRows.SaveAsync(unit, stored, RedriveTransitions.Cancel(stored.Redrive, unit.Now), stored.Position).ConfigureAwait(false);
            unit.Audits.Add(audit);
            return () => true;
        },
        cancellationToken);

    private static async Task<(RedriveRecord Redrive, List<StagedDelivery> Retried)> StepAsync(Unit unit, StoredRedrive stored, int limit)
    {
        var walk = await RedriveWalk.ReadAsync(
            unit.Connection, stored.Redrive.Filter, stored.Scope, stored.Position, limit, LookAtMost).ConfigureAwait(false);
        var questions = new Questions();
        questions.Ask(walk.Found);
        var answers = await Asking.AskAsync(unit, questions).ConfigureAwait(false);
        // Looked at again, since they could change until they were locked.
        var found = answers.Deliveries.Values
            .Where(each => each.Delivery.Revision <= stored.Scope.Revision && stored.Redrive.Filter.Matches(each.Delivery))
            .OrderBy(each => each.Seq).ToList();
        var started = await Rounds.StartAsync(unit, answers, found, DeliveryTrigger.Redrive).ConfigureAwait(false);
        var retried = started.Select(each => each.Staged).OfType<StagedDelivery>().ToList();
        var redrive = RedriveTransitions.Advance(stored.Redrive, found.Count, retried.Count, walk.Finished, unit.Now);
        await RedriveRows.SaveAsync(unit, stored, redrive, walk.Next).ConfigureAwait(false);
        return (redrive, retried);
    }

    private Task<long> FindTenantAsync(string id, CancellationToken cancellationToken, bool withDeleted = false) => Database.FindAsync(
        withDeleted ? "SELECT seq FROM tenants WHERE id = $1" : FindTenant, row => row.GetInt64(0), cancellationToken, id);
}
