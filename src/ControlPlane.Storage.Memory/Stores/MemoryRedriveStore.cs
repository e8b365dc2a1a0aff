using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Memory;

/// <inheritdoc/>
internal sealed class MemoryRedriveStore(MemorySession session) : IRedriveStore
{
    /// <summary>Deliveries that one step looks at, so that a step takes as long however many there are.</summary>
    private const int LookAtMost = 5_000;

    public Task<RedriveScope?> CountAsync(DeliveryFilter filter, CancellationToken cancellationToken)
    {
        RedriveTransitions.Validate(filter);
        return session.ReadAsync(
            state =>
            {
                if (filter.TenantId is { } tenant && state.FindTenant(tenant) is null)
                {
                    return null;
                }

                var all = new RedriveScope(0, state.Revision, state.Position + 1);
                var found = state.Deliveries.Values.Where(stored => Belongs(stored, filter, all)).Take(RedriveScope.Most).ToList();
                return all with { Count = found.Count, End = found.Count == RedriveScope.Most ? found[^1].Position + 1 : all.End };
            },
            cancellationToken);
    }

    public Task<RedriveRecord?> CreateAsync(RedriveRecord redrive, RedriveScope scope, AuditRecord audit, CancellationToken cancellationToken)
    {
        RedriveTransitions.Validate(redrive);
        return session.WriteAsync(
            state =>
            {
                if (redrive.Filter.TenantId is { } tenant && state.FindTenant(tenant) is null)
                {
                    return null;
                }

                var created = redrive with { State = RedriveState.Running, Matched = scope.Count, UpdateTime = redrive.CreateTime };
                state.Redrives = state.Redrives.Add(++state.Position, new StoredRedrive(state.Position, created, scope, 0));
                return state.Log(created, changed: true, audit, session.Now);
            },
            cancellationToken);
    }

    public Task<RedriveRecord?> GetAsync(string redriveId, CancellationToken cancellationToken) =>
        session.ReadAsync(state => Find(state, redriveId)?.Redrive, cancellationToken);

    public Task<Page<RedriveRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        session.ReadAsync(
            state => Pages.Of(
                state.Redrives.Values.Where(stored => tenantId is null || stored.Redrive.Filter.TenantId == tenantId),
                before, limit, stored => stored.Position, stored => stored.Redrive),
            cancellationToken);

    public Task<IReadOnlyList<RedriveRecord>> ListRunningAsync(CancellationToken cancellationToken) =>
        session.ReadAsync<IReadOnlyList<RedriveRecord>>(
            state => [.. state.Redrives.Values.Select(stored => stored.Redrive).Where(redrive => redrive.State == RedriveState.Running)],
            cancellationToken);

    public Task<RedriveBatch?> RedriveBatchAsync(string redriveId, int limit, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            if (Find(state, redriveId) is not { } stored)
            {
                return null;
            }

            if (!RedriveTransitions.CanRetry(stored.Redrive))
            {
                return new RedriveBatch(stored.Redrive, []);
            }

            var looked = state.Deliveries.Values
                .Where(each => each.Position >= stored.Next && each.Position < stored.Scope.End).Take(LookAtMost).ToList();
            var found = looked.Where(each => Belongs(each, stored.Redrive.Filter, stored.Scope)).Take(limit).ToList();
            var finished = found.Count < limit && looked.Count < LookAtMost;
            var retried = found
                .Select(each => MemoryDeliveryStore.StartRound(state, each, DeliveryTrigger.Redrive, session.Now))
                .Where(result => result.Outcome == RetryOrCancelOutcome.Done)
                .Select(result => result.Delivery!)
                .ToList();
            var redrive = RedriveTransitions.Advance(stored.Redrive, found.Count, retried.Count, finished, session.Now);
            var next = finished ? stored.Scope.End : (found.Count == limit ? found : looked)[^1].Position + 1;
            state.Redrives = state.Redrives.SetItem(stored.Position, stored with { Redrive = redrive, Next = next });
            return new RedriveBatch(redrive, retried);
        },
        cancellationToken);

    public Task<bool> CancelAsync(string redriveId, AuditRecord audit, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            if (Find(state, redriveId) is not { Redrive.State: RedriveState.Running } stored)
            {
                return false;
            }

            var cancelled = RedriveTransitions.Cancel(stored.Redrive, session.Now);
            state.Redrives = state.Redrives.SetItem(stored.Position, stored with { Redrive = cancelled });
            return state.Log(true, changed: true, audit, session.Now);
        },
        cancellationToken);

    public static StoredRedrive? Find(StoreState state, string id) =>
        state.Redrives.Values.FirstOrDefault(stored => stored.Redrive.Id == id);

    /// <summary>Whether a delivery belongs to a scope and has not changed since.</summary>
    private static bool Belongs(StoredDelivery stored, DeliveryFilter filter, RedriveScope scope) =>
        stored.Position < scope.End && stored.Delivery.Revision <= scope.Revision && filter.Matches(stored.Delivery);
}
