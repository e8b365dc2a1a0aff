using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Deliveries.Listing;

/// <summary>Deliveries and attempts as the API shows them. Stored enums have the API's numbers.</summary>
internal static class DeliveryMapper
{
    public static Delivery ToProto(DeliveryRecord record, IEnumerable<AttemptRecord>? attempts = null)
    {
        var proto = new Delivery
        {
            Id = record.Id,
            EventId = record.EventId,
            WebhookId = record.WebhookId,
            TenantId = record.TenantId,
            EventType = record.EventType,
            Instance = record.Instance,
            OrderingKey = record.OrderingKey,
            State = (V1.DeliveryState)record.State,
            Trigger = (V1.DeliveryTrigger)record.Trigger,
            EndReason = (V1.EndReason)record.EndReason,
            AttemptCount = record.AttemptCount,
            NextAttemptTime = record.NextAttemptTime?.ToTimestamp(),
            LastStatusCode = record.LastStatusCode,
            LastFailure = (V1.FailureKind)record.LastFailure,
            Revision = record.Revision,
            CreateTime = record.CreateTime.ToTimestamp(),
            UpdateTime = record.UpdateTime.ToTimestamp(),
        };
        if (attempts is not null)
        {
            proto.Attempts.AddRange(attempts.Select(ToProto));
        }

        return proto;
    }

    /// <summary>Returns the part of a webhook that watchers of its deliveries receive.</summary>
    public static WatchDeliveriesResponse.Types.WebhookStatus ToStatus(WebhookRecord webhook) => new()
    {
        WebhookId = webhook.Id,
        TenantId = webhook.TenantId,
        State = (V1.WebhookState)webhook.State,
        StateReason = (V1.StateReason)webhook.StateReason,
        UpdateTime = webhook.UpdateTime.ToTimestamp(),
    };

    private static Attempt ToProto(AttemptRecord record) => new()
    {
        Number = record.Number,
        Trigger = (V1.DeliveryTrigger)record.Trigger,
        StartTime = record.StartTime.ToTimestamp(),
        Duration = record.Duration.ToDuration(),
        StatusCode = record.StatusCode,
        Failure = (V1.FailureKind)record.Failure,
        FailureMessage = record.Message,
        RemoteAddress = record.RemoteAddress,
        ResponseExcerpt = record.ResponseExcerpt,
    };
}
