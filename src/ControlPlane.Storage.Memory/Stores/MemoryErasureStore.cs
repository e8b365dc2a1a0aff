using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Memory;

/// <inheritdoc/>
internal sealed class MemoryErasureStore(MemorySession session) : IErasureStore
{
    public Task<ErasureStretch> FindAsync(ErasureWalk walk, CancellationToken cancellationToken) => session.ReadAsync(
        state =>
        {
            var end = walk.End ?? state.Position + 1;
            var (found, bytes, deliveries) = (new List<long>(), 0L, 0L);
            foreach (var stored in state.Events.Values.Where(each => each.Position >= walk.From && each.Position < end && Matches(each.Event, walk)))
            {
                found.Add(stored.Position);
                bytes += stored.Event.Payload?.Length ?? 0;
                deliveries += state.Deliveries.Values.LongCount(each => each.Event == stored.Position);
                if (found.Count == walk.Limit || bytes >= ErasureWalk.MostBytes || deliveries >= ErasureWalk.MostDeliveries)
                {
                    return new ErasureStretch(found, stored.Position + 1, end);
                }
            }

            return new ErasureStretch(found, end, end);
        },
        cancellationToken);

    public Task<int> EraseAsync(Erasure erasure, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            var erased = erasure.Positions.Count(position =>
                state.Events.TryGetValue(position, out var stored) && stored.Event.TenantId == erasure.TenantId && Erase(state, position, session.Now));
            if (erased > 0 && state.FindTenant(erasure.TenantId) is { } tenant)
            {
                // So that other nodes look at what they hold in memory.
                state.Bump(tenant);
            }

            return erasure.Audit is { } audit ? state.Log(erased, erased > 0, audit, session.Now) : erased;
        },
        cancellationToken);

    /// <summary>Erases an event that is not erased yet.</summary>
    public static bool Erase(StoreState state, long position, DateTimeOffset now)
    {
        if (!state.Events.TryGetValue(position, out var stored) || stored.Event.EraseTime is not null)
        {
            return false;
        }

        stored = stored with { Event = ErasureRules.Erase(stored.Event, now) };
        state.Events = state.Events.SetItem(position, stored);
        foreach (var delivery in state.Deliveries.Values.Where(each => each.Event == position))
        {
            var erased = delivery with { Attempts = [.. delivery.Attempts.Select(ErasureRules.Erase)] };
            state.Deliveries = state.Deliveries.SetItem(delivery.Position, erased);
            if (delivery.Delivery.NextAttemptTime is not null)
            {
                state.Save(erased, ErasureRules.End(delivery.Delivery, ErasureRules.ReasonOf(stored.Event), now));
            }
        }

        return true;
    }

    /// <summary>Returns why a delivery ends that is not sent yet: None if its event was not erased.</summary>
    public static EndReason ReasonOf(StoreState state, StoredDelivery stored) => ErasureRules.ReasonOf(state.Events[stored.Event].Event);

    private static bool Matches(EventRecord stored, ErasureWalk walk) =>
        stored.TenantId == walk.TenantId && stored.EraseTime is null && (walk.EventId is null || stored.Id == walk.EventId)
        && LabelRules.Match(walk.Labels, stored.Labels);
}
