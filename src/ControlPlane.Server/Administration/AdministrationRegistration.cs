using ControlPlane.Server.Access;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Administration;

/// <summary>Registers the administration of tenants, API keys and the store.</summary>
internal static class AdministrationRegistration
{
    /// <summary>Adds AdminService. Needs <see cref="AccessRegistration"/> and an <c>IdSource</c>.</summary>
    public static IServiceCollection AddAdministration(this IServiceCollection services, IConfiguration configuration) => services
        .AddRoomOptions<ConsoleOptions>(configuration.GetSection(ConsoleOptions.Section))
        .AddSingleton<IValidateOptions<ConsoleOptions>, ConsoleOptionsValidator>()
        .AddSingleton<TenantAdmin>()
        .AddSingleton<PortalAccess>()
        .AddSingleton<ApiKeyAdmin>()
        .AddSingleton<AdminGrpcService>();
}
