using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Catalog;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.EventTypes;

/// <summary>Event types as the API shows them.</summary>
internal static class EventTypeMapper
{
    public static EventType ToProto(EventTypeRecord type) => new()
    {
        TenantId = type.TenantId,
        Name = type.Name,
        Description = type.Description,
        Deprecated = type.Deprecated,
        Schema = type.Schema,
        SchemaVersion = type.SchemaVersion,
        Examples = { type.Examples },
        Etag = Etag.Of(type.Version),
        CreateTime = type.CreateTime.ToTimestamp(),
        UpdateTime = type.UpdateTime.ToTimestamp(),
    };

    /// <summary>What changes of a type, or what a new one is given.</summary>
    public static IReadOnlyList<Storage.AuditChange> Compare(EventTypeRecord? before, EventTypeRecord after) =>
        FieldChanges.Between(before is null ? null : ToProto(before), ToProto(after));

    public static EventType ToProto(BuiltInEventType type) =>
        new() { Name = type.Name, Description = type.Description, Dialect = type.Dialect };
}
