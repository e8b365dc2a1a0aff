using ControlPlane.Server.Telemetry;

namespace ControlPlane.Server.Watching;

internal static class WatchingRegistration
{
    public static IServiceCollection AddWatching(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRoomOptions<WatchingOptions>(configuration.GetSection("ControlPlane:Watching"));
        return services.AddServerMetrics().AddSingleton<WatchHub>().AddSingleton<WatchStream>();
    }
}
