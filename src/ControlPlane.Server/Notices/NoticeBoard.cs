using ControlPlane.Server.Catalog;
using ControlPlane.Storage;

namespace ControlPlane.Server.Notices;

/// <summary>
/// Makes operational events for those webhooks that subscribed, to be stored with what they tell of. Where nobody subscribed
/// there is no event, so what fails by the hundred thousand costs a look into memory each.
/// </summary>
internal sealed class NoticeBoard(IdSource ids)
{
    /// <summary>The label that says which webhook an operational event is about.</summary>
    public const string SubjectLabel = "webhook_id";

    /// <summary>Told of each delivery of a notice once it is stored, where it waits.</summary>
    public event Action<DeliveryRecord>? Waiting;

    /// <summary>The events that tell of something, as the tenant's webhooks are subscribed; of no use once that has changed.</summary>
    public IReadOnlyList<NewEvent> Plan(TenantCatalog tenant, IReadOnlyList<Notice> notices, DateTimeOffset now)
    {
        List<NewEvent>? planned = null;
        foreach (var notice in notices)
        {
            var instance = (notice as Notice.Dead)?.Delivery.Instance ?? "";
            // Never about itself: a webhook that fails would be told of that by what fails.
            var told = tenant.Subscriptions.Match(NoticePayload.TypeOf(notice), instance).Where(w => w.Id != notice.Webhook.Id).ToList();
            if (told.Count > 0)
            {
                (planned ??= []).Add(Make(notice, instance, told, now));
            }
        }

        return planned ?? [];
    }

    /// <summary>Says that notices were stored.</summary>
    public void Announce(IReadOnlyList<AppendedEvent> stored)
    {
        foreach (var delivery in stored.SelectMany(notice => notice.Deliveries))
        {
            Waiting?.Invoke(delivery);
        }
    }

    private NewEvent Make(Notice notice, string instance, List<WebhookRecord> told, DateTimeOffset now) => new(
        new EventRecord
        {
            Id = ids.Next("evt_"),
            TenantId = notice.Webhook.TenantId,
            Type = NoticePayload.TypeOf(notice),
            Instance = instance,
            Payload = NoticePayload.Write(notice, now),
            Labels = new Dictionary<string, string> { [SubjectLabel] = notice.Webhook.Id },
            DeliveryCount = told.Count,
            CreateTime = now,
        },
        [.. told.Select(webhook => new NewDelivery(ids.Next("dlv_"), webhook.Id, DeliveryTrigger.Publish, Leased: false))],
        Fingerprint: null);
}
