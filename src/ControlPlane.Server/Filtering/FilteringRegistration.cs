using ControlPlane.Server.Telemetry;

namespace ControlPlane.Server.Filtering;

internal static class FilteringRegistration
{
    public static IServiceCollection AddFiltering(this IServiceCollection services) => services.AddServerMetrics().AddSingleton<Filters>();
}
