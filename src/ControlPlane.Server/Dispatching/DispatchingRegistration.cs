namespace ControlPlane.Server.Dispatching;

internal static class DispatchingRegistration
{
    public static IServiceCollection AddDispatching(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRoomOptions<DispatchingOptions>(configuration.GetSection("ControlPlane:Dispatching"));
        return services
            .AddSingleton<Turns>()
            .AddSingleton<Places>()
            .AddSingleton<LeaseBook>()
            .AddSingleton<LaneAlarm>()
            .AddSingleton<Dispatcher>()
            .AddSingleton<AttemptRunner>()
            .AddHostedService<DispatchWorker>();
    }
}
