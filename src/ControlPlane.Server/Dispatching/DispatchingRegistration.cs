namespace ControlPlane.Server.Dispatching;

internal static class DispatchingRegistration
{
    public static IServiceCollection AddDispatching(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DispatchingOptions>()
            .Bind(configuration.GetSection("ControlPlane:Dispatching"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        return services
            .AddSingleton<Held>()
            .AddSingleton<LeaseBook>()
            .AddSingleton<LaneAlarm>()
            .AddSingleton<Dispatcher>()
            .AddSingleton<AttemptRunner>()
            .AddHostedService<DispatchWorker>();
    }
}
