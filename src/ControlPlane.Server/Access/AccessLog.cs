namespace ControlPlane.Server.Access;

/// <summary>What administration leaves in the log. Never a key.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(EventIds.Access, LogLevel.Warning, "When API keys were last used could not be stored; it is tried again")]
    public static partial void LastUseNotStored(ILogger logger, Exception exception);

    [LoggerMessage(EventIds.Access + 1, LogLevel.Information, "Tenant {TenantId} created by {CallerKeyId}")]
    public static partial void TenantCreated(ILogger logger, string tenantId, string callerKeyId);

    [LoggerMessage(EventIds.Access + 2, LogLevel.Information, "Tenant {TenantId} deleted by {CallerKeyId}; {Cancelled} waiting deliveries cancelled")]
    public static partial void TenantDeleted(ILogger logger, string tenantId, string callerKeyId, int cancelled);

    [LoggerMessage(EventIds.Access + 3, LogLevel.Information, "API key {KeyId} of tenant {TenantId} created by {CallerKeyId}")]
    public static partial void KeyCreated(ILogger logger, string keyId, string? tenantId, string callerKeyId);

    [LoggerMessage(EventIds.Access + 4, LogLevel.Information, "API key {KeyId} revoked by {CallerKeyId}")]
    public static partial void KeyRevoked(ILogger logger, string keyId, string callerKeyId);
}
