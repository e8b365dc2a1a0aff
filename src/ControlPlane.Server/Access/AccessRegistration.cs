using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Access;

/// <summary>
/// Registers who may call, and the interceptors. They take effect where gRPC is registered: <see cref="ErrorInterceptor"/> first,
/// <see cref="AccessInterceptor"/> second. Needs the stores, an <see cref="IdSource"/> and a <see cref="NodeIdentity"/>.
/// </summary>
internal static class AccessRegistration
{
    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AccessOptions>().Bind(configuration.GetSection(AccessOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessOptionsValidator>();

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new OperatorOutput(Console.Out));
        services.AddSingleton(AccessRules.FromContract());
        services.AddSingleton<ApiKeyUse>();
        services.AddSingleton<ApiKeys>();

        // One instance for all calls; gRPC would make one per call otherwise.
        services.AddSingleton<AccessInterceptor>();
        services.AddSingleton<TenantPlans>();
        services.AddSingleton<TenantAdmin>();
        services.AddSingleton<ApiKeyAdmin>();
        services.AddSingleton<AdminGrpcService>();

        services.AddHostedService<BootstrapKeyService>();
        services.AddHostedService<ApiKeyUseWorker>();
        return services;
    }
}
