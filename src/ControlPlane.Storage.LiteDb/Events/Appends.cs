using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Storing events with their deliveries. Everything is looked at before anything is written.</summary>
internal static class Appends
{
    /// <summary>Stores the events with all their deliveries.</summary>
    public static AppendResult Append(WriteSession session, AppendRequest request) => Begin(session, request, int.MaxValue).Result;

    /// <summary>Stores the events and at most so many deliveries; returns what is left of those.</summary>
    public static BegunAppend Begin(WriteSession session, AppendRequest request, int most)
    {
        if (session.Refs.FindTenant(session.Stored, request.TenantId) is not { } tenant)
        {
            return new AppendResult.TenantNotFound();
        }

        if (tenant.ConfigVersion != request.ConfigVersion)
        {
            return new AppendResult.StaleConfig();
        }

        var duplicates = new DuplicateLookup(session, tenant.Seq, request.Events.Count);
        for (var i = 0; i < request.Events.Count; i++)
        {
            if (!duplicates.Look(request.Events[i], i))
            {
                return new AppendResult.Conflict(i);
            }
        }

        var left = new List<SlicedDelivery>();
        var appended = new AppendedEvent[request.Events.Count];
        for (var i = 0; i < appended.Length; i++)
        {
            appended[i] = duplicates[i] switch
            {
                { Stored: { } stored } => new AppendedEvent(duplicates.Get(stored).Event, true, []),
                { Index: var first } when first < i => new AppendedEvent(appended[first].Event, true, []),
                _ => Add(session, request, tenant.Seq, request.Events[i], ref most, left),
            };
        }

        var slices = Slice.Cut(left);
        SliceDocuments.Insert(session, slices);
        return new BegunAppend(new AppendResult.Appended(appended), slices);
    }

    private static AppendedEvent Add(
        WriteSession session, AppendRequest request, long tenant, NewEvent added, ref int most, List<SlicedDelivery> left)
    {
        var source = added.Event;
        var seq = ++session.Counters.EventSeq;
        var stored = new StoredEvent(
            seq,
            tenant,
            session.Counters.DeliverySeq + 1,
            source with { TenantId = request.TenantId, Payload = null, DeliveryCount = added.Deliveries.Count },
            added.Fingerprint,
            HasIdKey: !session.Stored.Recent.Events.Add(tenant, seq, source.Id, isGenerated: added.Fingerprint is null));
        session.Events.Add(stored, source.Payload ?? []);
        session.Counters.NoteEvent(source.CreateTime);
        session.NoteSize(source.Payload?.Length ?? 0);
        var deliveries = new DeliveryRecord[Math.Min(most, added.Deliveries.Count)];
        for (var i = 0; i < added.Deliveries.Count; i++)
        {
            var position = ++session.Counters.DeliverySeq;
            if (i < deliveries.Length)
            {
                deliveries[i] = AddDelivery(session, request, stored, added.Deliveries[i], position);
            }
            else if (session.Refs.FindReceiver(session.Stored, added.Deliveries[i].WebhookId)?.Tenant == tenant)
            {
                left.Add(new(seq, position, added.Deliveries[i]));
            }
            else
            {
                throw new ArgumentException($"The tenant has no webhook {added.Deliveries[i].WebhookId}.");
            }
        }

        most -= deliveries.Length;
        return new AppendedEvent(stored.Event, false, deliveries);
    }

    /// <summary>Adds a delivery of an event that is stored, as if that had been created at the given time.</summary>
    public static DeliveryRecord AddLater(WriteSession session, StoredEvent source, NewDelivery delivery, DateTimeOffset now)
    {
        var request = new AppendRequest(source.Event.TenantId, 0, [], "", default);
        session.Counters.NoteEvent(now);
        return AddDelivery(
            session, request, source with { Event = source.Event with { CreateTime = now } }, delivery, ++session.Counters.DeliverySeq, isLater: true);
    }

    /// <summary>Adds a delivery at a position that it was given.</summary>
    public static DeliveryRecord AddDelivery(
        WriteSession session, AppendRequest request, StoredEvent source, NewDelivery delivery, long seq, bool isLater = false)
    {
        if (session.Refs.FindReceiver(session.Stored, delivery.WebhookId) is not { } webhook || webhook.Tenant != source.Tenant)
        {
            throw new ArgumentException($"The tenant has no webhook {delivery.WebhookId}.");
        }

        var inLine = OrderingRules.HasPlace(source.Event.OrderingKey, delivery.Trigger);
        long? line = inLine ? OrderingLine.KeyOf(source.Event.OrderingKey) : null;
        var blocked = inLine && OrderingLines.IsBusy(session, new OrderingLine(webhook.Seq, line!.Value, webhook.HeadOfLine), source.Event.CreateTime);
        var leased = delivery.Leased && !blocked;
        var stored = new StoredDelivery
        {
            Seq = seq,
            Event = source.Seq,
            Webhook = webhook.Seq,
            Tenant = source.Tenant,
            Line = line,
            IsLater = isLater,
            HasIdKey = !session.Stored.Recent.Deliveries.Add(webhook.Seq, seq, delivery.Id, isGenerated: true),
            Delivery = DeliveryTransitions.Create(source.Event, delivery, inLine, leased),
        };
        return session.Save(
            stored, stored.Delivery, leased ? request.Owner : "", leased ? session.Now + request.LeaseFor : null, blocked, opened: 1);
    }
}
