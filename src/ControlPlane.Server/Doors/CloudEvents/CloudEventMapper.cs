using ControlPlane.Server.Telemetry;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Server.Doors.CloudEvents;

/// <summary>What events of CloudEvents are here.</summary>
internal static class CloudEventMapper
{
    /// <summary>The attributes that have a place of their own.</summary>
    private static readonly string[] NoLabels =
        ["specversion", "id", "type", "subject", "datacontenttype", "partitionkey", .. TraceHeaders.Names];

    /// <summary>The trace that an event names itself, by the extension for distributed tracing; null for none.</summary>
    public static TraceContext? TraceOf(CloudEvent source) =>
        source.Attributes["traceparent"] is { Length: > 0 } parent ? TraceHeaders.Read(parent, source.Attributes["tracestate"]) : null;

    public static PublishEventRequest ToRequest(CloudEvent source, string tenantId) => new() { Event = ToProto(source, tenantId) };

    public static BatchPublishEventsRequest ToRequest(IEnumerable<CloudEvent> sources, string tenantId) =>
        new() { Events = { sources.Select(source => ToProto(source, tenantId)) } };

    /// <summary>What a batch of none is answered with; the format allows it.</summary>
    public static BatchPublishEventsResponse Nothing() => new();

    /// <summary>
    /// <c>id</c>, <c>type</c> and <c>datacontenttype</c> under the names of this API, <c>subject</c> as the instance, the extension
    /// <c>partitionkey</c> as the ordering key; everything else as labels, by the attributes' names, but those that say the trace.
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
        foreach (var (name, value) in attributes.Except(NoLabels))
        {
            proto.Labels.Add(name, value);
        }

        return proto;
    }
}
