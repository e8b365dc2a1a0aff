using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Server.Doors.CloudEvents;

/// <summary>What events of CloudEvents are here.</summary>
internal static class CloudEventMapper
{
    public static PublishEventRequest ToRequest(CloudEvent source, string tenantId) => new() { Event = ToProto(source, tenantId) };

    public static BatchPublishEventsRequest ToRequest(IEnumerable<CloudEvent> sources, string tenantId) =>
        new() { Events = { sources.Select(source => ToProto(source, tenantId)) } };

    /// <summary>What a batch of none is answered with; the format allows it.</summary>
    public static BatchPublishEventsResponse Nothing() => new();

    /// <summary>
    /// <c>id</c>, <c>type</c> and <c>datacontenttype</c> under the names of this API, <c>subject</c> as the instance, the extension
    /// <c>partitionkey</c> as the ordering key; everything else as labels, by the attributes' names.
    /// </summary>
    private static Event ToProto(CloudEvent source, string tenantId)
    {
        var attributes = source.Attributes;
        var proto = new Event
        {
            Id = attributes["id"],
            TenantId = tenantId,
            Type = attributes["type"],
            Instance = attributes["subject"],
            ContentType = attributes["datacontenttype"],
            OrderingKey = attributes["partitionkey"],
            Payload = ByteString.CopyFrom(source.Data.Span),
        };
        foreach (var (name, value) in attributes.Except("specversion", "id", "type", "subject", "datacontenttype", "partitionkey"))
        {
            proto.Labels.Add(name, value);
        }

        return proto;
    }
}
