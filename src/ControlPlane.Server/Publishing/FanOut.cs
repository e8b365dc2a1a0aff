using ControlPlane.Server.Catalog;
using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;

namespace ControlPlane.Server.Publishing;

/// <summary>One event with its deliveries, and the places set aside for them in their lanes.</summary>
internal sealed class FanOut
{
    private readonly Lanes _lanes;
    private readonly Lane?[] _reserved;
    private readonly int _erasures;

    private FanOut(NewEvent source, Lanes lanes, Lane?[] reserved) => (Event, _lanes, _reserved, _erasures) = (source, lanes, reserved, lanes.Erasures);

    public NewEvent Event { get; }

    public static FanOut Plan(TenantCatalog picture, MatchedEvent source, Lanes lanes, IdSource ids, DateTimeOffset now)
    {
        var (draft, fingerprint, matched) = source;
        var deliveries = new NewDelivery[matched.Count];
        var reserved = new Lane?[matched.Count];
        for (var i = 0; i < deliveries.Length; i++)
        {
            // What is held for a webhook that is not active waits in the store.
            reserved[i] = matched[i].State == WebhookState.Active ? lanes.TryReserve(matched[i]) : null;
            deliveries[i] = new(ids.Next("dlv_"), matched[i].Id, DeliveryTrigger.Publish, Leased: reserved[i] is not null);
        }

        var record = new EventRecord
        {
            Id = draft.Id.Length > 0 ? draft.Id : ids.Next("evt_"),
            TenantId = picture.TenantId,
            Type = draft.Type,
            Instance = draft.Instance,
            ContentType = draft.ContentType,
            IdempotencyKey = draft.IdempotencyKey,
            OrderingKey = draft.OrderingKey,
            Labels = draft.Labels,
            Trace = draft.Trace,
            Payload = draft.Payload,
            DeliveryCount = deliveries.Length,
            CreateTime = now,
            ExpireTime = picture.Policy.ExpireTimeOf(now, draft.ExpireTime),
        };
        return new(new NewEvent(record, deliveries, fingerprint), lanes, reserved);
    }

    /// <summary>After the commit: leased deliveries go into their lanes, the others wait in the store, also those
    /// that have to let another one of their ordering key go first. Of a duplicate nothing was stored.</summary>
    public void HandOver(AppendedEvent appended, DateTimeOffset leaseUntil)
    {
        if (appended.Duplicate)
        {
            Withdraw();
            return;
        }

        for (var i = 0; i < _reserved.Length; i++)
        {
            var delivery = appended.Deliveries[i];
            if (_reserved[i] is not { } lane)
            {
                _lanes.Expect(delivery.TenantId, delivery.WebhookId, delivery.CreateTime);
            }
            else if (delivery.State == DeliveryState.InFlight)
            {
                _lanes.Enqueue(lane, delivery, Event.Event, _erasures, leaseUntil);
            }
            else
            {
                // It is not its turn; the one ahead of it tells when it is.
                _lanes.Unreserve(lane);
            }
        }
    }

    /// <summary>Gives the places back.</summary>
    public void Withdraw()
    {
        foreach (var lane in _reserved.OfType<Lane>())
        {
            _lanes.Unreserve(lane);
        }
    }
}
