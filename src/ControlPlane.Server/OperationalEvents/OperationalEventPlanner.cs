using System.Security.Cryptography;
using System.Text;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Filtering;
using ControlPlane.Storage;

namespace ControlPlane.Server.OperationalEvents;

/// <summary>
/// Makes operational events for those webhooks that subscribed, to be stored with what they report. Where nobody subscribed
/// there is no event, so what fails by the hundred thousand costs a look into memory each.
/// </summary>
internal sealed class OperationalEventPlanner(Filters filters, IdSource ids)
{
    /// <summary>The label that says which webhook an operational event is about.</summary>
    public const string SubjectLabel = "webhook_id";

    /// <summary>Told of each delivery of an operational event once it is stored and waits.</summary>
    public event Action<DeliveryRecord>? Waiting;

    /// <summary>Returns the events for what happened, by the subscriptions of the tenant. They are void once those have changed.</summary>
    public IReadOnlyList<NewEvent> Plan(TenantCatalog tenant, IReadOnlyList<OperationalEvent> happened, DateTimeOffset now)
    {
        List<NewEvent>? planned = null;
        foreach (var happening in happened)
        {
            var instance = (happening as OperationalEvent.Dead)?.Delivery.Instance ?? "";
            // Never to itself: a webhook that fails would be sent that news by what fails.
            var labels = new Dictionary<string, string> { [SubjectLabel] = happening.Webhook.Id };
            var receivers = tenant.Subscriptions.Match(OperationalEventPayload.TypeOf(happening), instance, labels)
                .Where(w => w.Id != happening.Webhook.Id).ToList();
            if (receivers.Count > 0 && Make(happening, instance, labels, receivers, now) is { Deliveries.Count: > 0 } made)
            {
                (planned ??= []).Add(made);
            }
        }

        return planned ?? [];
    }

    /// <summary>Says that operational events were stored.</summary>
    public void Announce(IReadOnlyList<AppendedEvent> stored)
    {
        foreach (var delivery in stored.SelectMany(appended => appended.Deliveries))
        {
            Waiting?.Invoke(delivery);
        }
    }

    private NewEvent Make(
        OperationalEvent happening, string instance, Dictionary<string, string> labels, List<WebhookRecord> found, DateTimeOffset now)
    {
        var (id, type, payload) = (ids.Next("evt_"), OperationalEventPayload.TypeOf(happening), OperationalEventPayload.Write(happening, now));
        using var input = new FilterInput(id, type, instance, labels, payload);
        var receivers = filters.Apply(found, input, new());
        var source = new EventRecord
        {
            Id = id,
            TenantId = happening.Webhook.TenantId,
            Type = type,
            Instance = instance,
            Payload = payload,
            IdempotencyKey = happening.Key.Length > 0 ? $"{type}/{happening.Key}" : "",
            Labels = labels,
            DeliveryCount = receivers.Count,
            CreateTime = now,
        };
        return new(
            source,
            [.. receivers.Select(webhook => new NewDelivery(ids.Next("dlv_"), webhook.Id, DeliveryTrigger.Publish, Leased: false))],
            // What is told twice is stored once.
            happening.Key.Length > 0 ? SHA256.HashData(Encoding.UTF8.GetBytes(happening.Key)) : null);
    }
}
