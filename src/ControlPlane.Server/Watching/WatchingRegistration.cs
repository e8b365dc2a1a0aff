namespace ControlPlane.Server.Watching;

internal static class WatchingRegistration
{
    public static IServiceCollection AddWatching(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WatchingOptions>()
            .Bind(configuration.GetSection("ControlPlane:Watching"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        return services.AddSingleton<WatchHub>().AddSingleton<WatchStream>();
    }
}
