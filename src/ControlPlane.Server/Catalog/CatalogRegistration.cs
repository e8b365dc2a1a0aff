namespace ControlPlane.Server.Catalog;

internal static class CatalogRegistration
{
    public static IServiceCollection AddCatalog(this IServiceCollection services) =>
        services.AddSingleton<WebhookCatalog>().AddHostedService<CatalogUpdates>();
}
