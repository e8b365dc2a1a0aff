using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Publishing;

/// <summary>Events as the API shows them.</summary>
internal static class EventMapper
{
    public static Event ToProto(EventRecord record)
    {
        var proto = new Event
        {
            Id = record.Id,
            TenantId = record.TenantId,
            Type = record.Type,
            Instance = record.Instance,
            ContentType = record.ContentType,
            IdempotencyKey = record.IdempotencyKey,
            OrderingKey = record.OrderingKey,
            CreateTime = record.CreateTime.ToTimestamp(),
            ExpireTime = record.ExpireTime?.ToTimestamp(),
            EraseTime = record.EraseTime?.ToTimestamp(),
        };
        if (record.Payload is { } payload)
        {
            proto.Payload = UnsafeByteOperations.UnsafeWrap(payload);
        }

        if (record.Labels is { } labels)
        {
            proto.Labels.Add(labels.ToDictionary());
        }

        return proto;
    }

    public static PublishEventResponse ToProto(AppendedEvent appended) => new()
    {
        Event = ToProto(appended.Event with { Payload = null }),
        DeliveryCount = appended.Event.DeliveryCount,
        Duplicate = appended.Duplicate,
    };
}
