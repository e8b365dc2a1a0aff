using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Memory;

/// <inheritdoc/>
internal sealed class MemoryEventTypeStore(MemorySession session) : IEventTypeStore
{
    private static readonly EventTypeWrite TenantNotFound = new(EventTypeWriteOutcome.TenantNotFound, null);

    public Task<EventTypeWrite> CreateAsync(EventTypeRecord type, int maximum, AuditRecord audit, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            if (state.FindTenant(type.TenantId) is not { } tenant)
            {
                return TenantNotFound;
            }

            var count = state.EventTypes.Values.Count(stored => stored.EventType.TenantId == type.TenantId);
            var outcome = EventTypeTransitions.CheckCreate(Find(state, type.TenantId, type.Name) is not null, count, maximum);
            if (outcome != EventTypeWriteOutcome.Done)
            {
                return new EventTypeWrite(outcome, null);
            }

            state.EventTypes = state.EventTypes.Add(++state.Position, new StoredEventType(state.Position, type));
            state.Bump(tenant);
            return state.Log(new EventTypeWrite(outcome, type), changed: true, audit, session.Now);
        },
        cancellationToken);

    public Task<EventTypeWrite> UpdateAsync(EventTypeRecord type, AuditRecord audit, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            var stored = Find(state, type.TenantId, type.Name);
            if (state.FindTenant(type.TenantId) is not { } tenant)
            {
                return TenantNotFound;
            }

            if (EventTypeTransitions.CheckUpdate(stored?.EventType, type) is var outcome and not EventTypeWriteOutcome.Done)
            {
                return new EventTypeWrite(outcome, null);
            }

            var updated = type with { CreateTime = stored!.EventType.CreateTime };
            state.EventTypes = state.EventTypes.SetItem(stored.Position, stored with { EventType = updated });
            if (EventTypeTransitions.ChangesPublishes(stored.EventType, updated))
            {
                state.Bump(tenant);
            }

            return state.Log(new EventTypeWrite(EventTypeWriteOutcome.Done, updated), changed: true, audit, session.Now);
        },
        cancellationToken);

    public Task<EventTypeWrite> DeleteAsync(string tenantId, string name, long? version, AuditRecord audit, CancellationToken cancellationToken) =>
        session.WriteAsync(
            state =>
            {
                var stored = Find(state, tenantId, name);
                if (state.FindTenant(tenantId) is not { } tenant)
                {
                    return TenantNotFound;
                }

                if (EventTypeTransitions.CheckDelete(stored?.EventType, version) is var outcome and not EventTypeWriteOutcome.Done)
                {
                    return new EventTypeWrite(outcome, null);
                }

                state.EventTypes = state.EventTypes.Remove(stored!.Position);
                state.Bump(tenant);
                return state.Log(new EventTypeWrite(EventTypeWriteOutcome.Done, stored.EventType), changed: true, audit, session.Now);
            },
            cancellationToken);

    public Task<EventTypeRecord?> GetAsync(string tenantId, string name, CancellationToken cancellationToken) =>
        session.ReadAsync(state => Find(state, tenantId, name)?.EventType, cancellationToken);

    public Task<Page<EventTypeRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        session.ReadAsync(
            state => Pages.Of(
                state.EventTypes.Values.Where(stored => tenantId is null || stored.EventType.TenantId == tenantId),
                before, limit, stored => stored.Position, stored => stored.EventType),
            cancellationToken);

    private static StoredEventType? Find(StoreState state, string tenantId, string name) =>
        state.EventTypes.Values.FirstOrDefault(stored => stored.EventType.TenantId == tenantId && stored.EventType.Name == name);
}
