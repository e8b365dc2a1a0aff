namespace ControlPlane.Server.Catalog;

/// <summary>Log lines of the catalog.</summary>
internal static partial class CatalogLog
{
    [LoggerMessage(EventIds.Catalog, LogLevel.Warning, "Could not read the webhooks of tenant {TenantId} again after they changed")]
    public static partial void NotRefreshed(ILogger log, Exception exception, string tenantId);
}
