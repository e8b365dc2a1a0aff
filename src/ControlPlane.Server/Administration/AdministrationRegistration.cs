using ControlPlane.Server.Access;

namespace ControlPlane.Server.Administration;

/// <summary>Registers the administration of tenants, API keys and the store.</summary>
internal static class AdministrationRegistration
{
    /// <summary>Adds AdminService. Needs <see cref="AccessRegistration"/> and an <c>IdSource</c>.</summary>
    public static IServiceCollection AddAdministration(this IServiceCollection services) => services
        .AddSingleton<TenantAdmin>()
        .AddSingleton<ApiKeyAdmin>()
        .AddSingleton<AdminGrpcService>();
}
