using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Memory;

/// <inheritdoc/>
internal sealed class MemoryReplayStore(MemorySession session) : IReplayStore
{
    public Task<RedriveScope?> BeginAsync(string tenantId, CancellationToken cancellationToken) => session.ReadAsync(
        state => state.FindTenant(tenantId) is null ? null : new RedriveScope(0, state.Revision, state.Position + 1), cancellationToken);

    public Task<EventStretch> ReadAsync(EventWalk walk, CancellationToken cancellationToken)
    {
        RedriveTransitions.Validate(walk);
        return session.ReadAsync(
            state =>
            {
                var (found, bytes) = (new List<FoundEvent>(), 0L);
                foreach (var stored in state.Events.Values.Where(each => each.Position >= walk.From && each.Position < walk.End))
                {
                    if (walk.Filter.Matches(stored.Event) && CanTake(state, stored, walk.Filter, walk.OnlyMissing))
                    {
                        found.Add(new(stored.Position, walk.WithPayloads ? stored.Event : stored.Event with { Payload = null }));
                        bytes += walk.WithPayloads ? stored.Event.Payload!.Length : 0;
                    }

                    if (found.Count == walk.Limit || bytes >= EventWalk.MostBytes)
                    {
                        return new EventStretch(found, stored.Position + 1);
                    }
                }

                return new EventStretch(found, walk.End);
            },
            cancellationToken);
    }

    public Task<ReplayPosition?> FindAsync(string redriveId, CancellationToken cancellationToken) => session.ReadAsync(
        state => MemoryRedriveStore.Find(state, redriveId) is { Redrive.Replay: not null } stored
            ? new ReplayPosition(stored.Redrive, stored.Next, stored.Scope.End)
            : null,
        cancellationToken);

    public Task<RedriveBatch?> StepAsync(ReplayStep replayed, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            if (MemoryRedriveStore.Find(state, replayed.RedriveId) is not { Redrive.Replay: { } terms } stored)
            {
                return null;
            }

            if (!RedriveTransitions.CanReplay(stored.Redrive, stored.Next, replayed))
            {
                return new RedriveBatch(stored.Redrive, []);
            }

            var (now, filter, created) = (session.Now, stored.Redrive.Filter, new List<DeliveryRecord>());
            foreach (var (position, deliveryId) in replayed.Events)
            {
                if (state.FindWebhook(filter.WebhookId!)?.Webhook.TenantId == filter.TenantId
                    && state.Events.TryGetValue(position, out var source)
                    && source.Event.TenantId == filter.TenantId
                    && CanTake(state, source, filter, terms.OnlyMissing))
                {
                    created.Add(Appends.AddLater(
                        state, source, new NewDelivery(deliveryId, filter.WebhookId!, DeliveryTrigger.Redrive, Leased: false), now));
                }
            }

            var redrive = RedriveTransitions.Advance(
                stored.Redrive, replayed.Events.Count, created.Count, finished: replayed.Next >= stored.Scope.End, now);
            state.Redrives = state.Redrives.SetItem(stored.Position, stored with { Redrive = redrive, Next = replayed.Next });
            return new RedriveBatch(redrive, created);
        },
        cancellationToken);

    private static bool CanTake(StoreState state, StoredEvent stored, DeliveryFilter filter, bool onlyMissing) =>
        stored.Event.Payload is not null
        && !(onlyMissing && state.Deliveries.Values.Any(
            each => each.Event == stored.Position && each.Delivery.WebhookId == filter.WebhookId));
}
