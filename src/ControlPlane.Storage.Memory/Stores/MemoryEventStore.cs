using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Memory;

/// <inheritdoc/>
internal sealed class MemoryEventStore(MemorySession session) : IEventStore
{
    public Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken) =>
        session.WriteAsync(state => Appends.Append(state, request, session.Now), cancellationToken);

    public Task<IReadOnlyList<EventRecord>> FindAsync(string eventId, string? tenantId, CancellationToken cancellationToken) =>
        session.ReadAsync<IReadOnlyList<EventRecord>>(state => [.. Find(state, eventId, tenantId).Take(2)], cancellationToken);

    public Task<IReadOnlyList<EventRecord>> FindManyAsync(
        IReadOnlyList<string> eventIds, string tenantId, long maxBytes, CancellationToken cancellationToken) =>
        session.ReadAsync<IReadOnlyList<EventRecord>>(
            state =>
            {
                var found = new List<EventRecord>();
                foreach (var stored in eventIds.SelectMany(id => Find(state, id, tenantId)))
                {
                    if (maxBytes <= 0)
                    {
                        break;
                    }

                    found.Add(stored);
                    maxBytes -= stored.Payload?.Length ?? 0;
                }

                return found;
            },
            cancellationToken);

    public Task<Page<EventRecord>> ListAsync(EventQuery query, CancellationToken cancellationToken) => session.ReadAsync(
        state => Pages.Of(
            state.Events.Values.Where(stored => query.Matches(stored.Event)),
            query.Before, query.Limit, stored => stored.Position, stored => stored.Event with { Payload = null }),
        cancellationToken);

    private static IEnumerable<EventRecord> Find(StoreState state, string id, string? tenantId) =>
        state.Events.Values.Select(stored => stored.Event).Where(e => e.Id == id && (tenantId is null || e.TenantId == tenantId));
}
