using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Memory;

/// <summary>Storing events with their deliveries.</summary>
internal static class Appends
{
    public static AppendResult Append(StoreState state, AppendRequest request, DateTimeOffset now)
    {
        if (state.FindTenant(request.TenantId) is not { } tenant)
        {
            return new AppendResult.TenantNotFound();
        }

        if (tenant.ConfigVersion != request.ConfigVersion)
        {
            return new AppendResult.StaleConfig();
        }

        var first = new FirstEvent[request.Events.Count];
        for (var i = 0; i < first.Length; i++)
        {
            if (FindFirst(state, request, first, i) is not { } found)
            {
                return new AppendResult.Conflict(i);
            }

            first[i] = found;
        }

        var appended = new AppendedEvent[first.Length];
        for (var i = 0; i < appended.Length; i++)
        {
            appended[i] = first[i] switch
            {
                { Stored: { } stored } => new(state.Events[stored].Event with { Payload = null }, true, []),
                { Index: var index } when index < i => new(appended[index].Event, true, []),
                _ => Add(state, request, request.Events[i], now),
            };
        }

        return new AppendResult.Appended(appended);
    }

    /// <summary>Stores operational events with the change they are about, under the tenant's configuration version after that.</summary>
    public static IReadOnlyList<AppendedEvent> AppendAll(
        StoreState state, string tenantId, long configVersion, IReadOnlyList<NewEvent> events, DateTimeOffset now) =>
        ((AppendResult.Appended)Append(state, new AppendRequest(tenantId, configVersion, events, "", TimeSpan.Zero), now)).Events;

    private static FirstEvent? FindFirst(StoreState state, AppendRequest request, FirstEvent[] first, int index)
    {
        var (added, fingerprint) = (request.Events[index].Event, request.Events[index].Fingerprint);
        return DuplicateRules.Resolve(
            Find(e => e.Id == added.Id),
            added.IdempotencyKey.Length == 0 ? null : Find(e => e.IdempotencyKey == added.IdempotencyKey),
            index,
            fingerprint);

        FirstEvent? Find(Func<EventRecord, bool> matches)
        {
            for (var i = 0; i < index; i++)
            {
                if (matches(request.Events[i].Event))
                {
                    return first[i];
                }
            }

            var stored = state.Events.Values.FirstOrDefault(e => e.Event.TenantId == request.TenantId && matches(e.Event));
            return stored is null ? null : new FirstEvent(stored.Position, -1, stored.Fingerprint);
        }
    }

    private static AppendedEvent Add(StoreState state, AppendRequest request, NewEvent added, DateTimeOffset now)
    {
        var stored = new StoredEvent(
            ++state.Position,
            added.Event with { TenantId = request.TenantId, Payload = added.Event.Payload ?? [], DeliveryCount = added.Deliveries.Count },
            added.Fingerprint);
        state.Events = state.Events.Add(stored.Position, stored);
        var deliveries = added.Deliveries.Select(delivery => AddDelivery(state, request, stored, delivery, now)).ToArray();
        return new AppendedEvent(stored.Event with { Payload = null }, false, deliveries);
    }

    /// <summary>Adds a delivery of an event that is stored, created now.</summary>
    public static DeliveryRecord AddLater(StoreState state, StoredEvent source, NewDelivery delivery, DateTimeOffset now) => AddDelivery(
        state,
        new AppendRequest(source.Event.TenantId, 0, [], "", TimeSpan.Zero),
        source with { Event = source.Event with { CreateTime = now } },
        delivery,
        now);

    private static DeliveryRecord AddDelivery(
        StoreState state, AppendRequest request, StoredEvent source, NewDelivery delivery, DateTimeOffset now)
    {
        if (state.FindWebhook(delivery.WebhookId)?.Webhook.TenantId != request.TenantId)
        {
            throw new ArgumentException($"The tenant has no webhook {delivery.WebhookId}.");
        }

        var key = source.Event.OrderingKey;
        var inLine = OrderingRules.HasPlace(key, delivery.Trigger);
        var held = inLine && OrderingLines.First(state, delivery.WebhookId, key, source.Event.CreateTime) is not null;
        var leased = delivery.Leased && !held;
        var record = DeliveryTransitions.Create(source.Event, delivery, inLine, leased);
        var stored = new StoredDelivery(++state.Position, source.Position, record);
        return state.Save(stored, record, leased ? request.Owner : "", leased ? now + request.LeaseFor : null).Delivery;
    }
}
