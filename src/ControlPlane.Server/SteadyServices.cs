using ControlPlane.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ControlPlane.Server;

/// <summary>Services whose clock is the <see cref="SteadyClock"/>, since they compare with due times and leases of the store.</summary>
internal static class SteadyServices
{
    public static IServiceCollection AddSteady<T>(this IServiceCollection services)
        where T : class
    {
        services.TryAddSingleton<SteadyClock>();
        return services.AddSingleton(provider => ActivatorUtilities.CreateInstance<T>(provider, provider.GetRequiredService<SteadyClock>()));
    }
}
