namespace ControlPlane.Server.EventTypes;

/// <summary>Log lines about tenants' event types.</summary>
internal static partial class EventTypesLog
{
    [LoggerMessage(EventIds.EventTypes, LogLevel.Information, "Created event type {EventType} of tenant {TenantId}.")]
    public static partial void Created(ILogger logger, string eventType, string tenantId);

    [LoggerMessage(EventIds.EventTypes + 1, LogLevel.Information, "Updated event type {EventType} of tenant {TenantId} to version {Version}.")]
    public static partial void Updated(ILogger logger, string eventType, string tenantId, long version);

    [LoggerMessage(EventIds.EventTypes + 2, LogLevel.Information, "Deleted event type {EventType} of tenant {TenantId}.")]
    public static partial void Deleted(ILogger logger, string eventType, string tenantId);
}
