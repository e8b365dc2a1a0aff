using ControlPlane.Storage;
using ControlPlane.Storage.Transitions;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Deliveries.Listing;

/// <summary>Deliveries and attempts as the API shows them. Stored enums have the API's numbers.</summary>
internal static class DeliveryMapper
{
    /// <summary>What tenants are told of an address that must not be called: not which it is, since names inside the platform's network
    /// lead there.</summary>
    public const string RefusedAddress = "The host leads to an address that must not be called.";

    /// <summary>A delivery with attempts.</summary>
    /// <param name="record">The delivery.</param>
    /// <param name="attempts">Its attempts.</param>
    /// <param name="toPlatform">Whether a platform key asks.</param>
    public static Delivery ToProto(DeliveryRecord record, IEnumerable<AttemptRecord> attempts, bool toPlatform)
    {
        var proto = ToProto(record, toPlatform);
        proto.Attempts.AddRange(attempts.Select(attempt => ToProto(attempt, toPlatform)));
        return proto;
    }

    /// <summary>A delivery without its attempts.</summary>
    /// <param name="record">The delivery.</param>
    /// <param name="toPlatform">Whether a platform key asks. The store's revisions would tell others how much the platform does.</param>
    public static Delivery ToProto(DeliveryRecord record, bool toPlatform) => new()
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
        Revision = toPlatform ? record.Revision : DeliveryTransitions.Order(record),
        CreateTime = record.CreateTime.ToTimestamp(),
        UpdateTime = record.UpdateTime.ToTimestamp(),
    };

    /// <summary>Returns the part of a webhook that watchers of its deliveries receive.</summary>
    public static WatchDeliveriesResponse.Types.WebhookStatus ToStatus(WebhookRecord webhook) => new()
    {
        WebhookId = webhook.Id,
        TenantId = webhook.TenantId,
        State = (V1.WebhookState)webhook.State,
        StateReason = (V1.StateReason)webhook.StateReason,
        UpdateTime = webhook.UpdateTime.ToTimestamp(),
    };

    private static Attempt ToProto(AttemptRecord record, bool toPlatform)
    {
        var proto = ToProto(record);
        if (record.Failure == Storage.FailureKind.BlockedAddress && !toPlatform)
        {
            (proto.RemoteAddress, proto.FailureMessage) = ("", RefusedAddress);
        }

        return proto;
    }

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
