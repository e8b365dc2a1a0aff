namespace ControlPlane.Server.EventTypes;

/// <summary>Log lines about tenants' event types, events 1280 to 1299.</summary>
internal static partial class EventTypesLog
{
    [LoggerMessage(1280, LogLevel.Information, "Created event type {EventType} of tenant {TenantId}.")]
    public static partial void Created(ILogger logger, string eventType, string tenantId);

    [LoggerMessage(1281, LogLevel.Information, "Updated event type {EventType} of tenant {TenantId} to version {Version}.")]
    public static partial void Updated(ILogger logger, string eventType, string tenantId, long version);

    [LoggerMessage(1282, LogLevel.Information, "Deleted event type {EventType} of tenant {TenantId}.")]
    public static partial void Deleted(ILogger logger, string eventType, string tenantId);
}
