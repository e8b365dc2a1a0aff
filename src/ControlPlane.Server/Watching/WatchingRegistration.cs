namespace ControlPlane.Server.Watching;

internal static class WatchingRegistration
{
    public static IServiceCollection AddWatching(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRoomOptions<WatchingOptions>(configuration.GetSection("ControlPlane:Watching"));
        return services.AddSingleton<WatchHub>().AddSingleton<WatchStream>();
    }
}
