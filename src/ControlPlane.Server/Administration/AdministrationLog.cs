namespace ControlPlane.Server.Administration;

/// <summary>Log messages of administration. They name keys by id and never contain one.</summary>
internal static partial class AdministrationLog
{
    [LoggerMessage(EventIds.Administration, LogLevel.Information, "Tenant {TenantId} created by {CallerKeyId}")]
    public static partial void TenantCreated(ILogger logger, string tenantId, string callerKeyId);

    [LoggerMessage(EventIds.Administration + 1, LogLevel.Information, "Tenant {TenantId} deleted by {CallerKeyId}; {Cancelled} waiting deliveries cancelled")]
    public static partial void TenantDeleted(ILogger logger, string tenantId, string callerKeyId, int cancelled);

    [LoggerMessage(EventIds.Administration + 2, LogLevel.Information, "API key {KeyId} of tenant {TenantId} created by {CallerKeyId}")]
    public static partial void KeyCreated(ILogger logger, string keyId, string? tenantId, string callerKeyId);

    [LoggerMessage(EventIds.Administration + 3, LogLevel.Information, "API key {KeyId} revoked by {CallerKeyId}")]
    public static partial void KeyRevoked(ILogger logger, string keyId, string callerKeyId);
}
