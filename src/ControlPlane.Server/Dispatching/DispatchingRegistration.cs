using ControlPlane.Egress.Connecting;

namespace ControlPlane.Server.Dispatching;

internal static class DispatchingRegistration
{
    public static IServiceCollection AddDispatching(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRoomOptions<DispatchingOptions>(configuration.GetSection("ControlPlane:Dispatching"));
        // What is in flight shares fairly, what waits for a socket does not. Some are left over for probes and second addresses.
        services.AddOptions<DispatchingOptions>().PostConfigure<OpenSockets>((options, sockets) =>
            options.MaxInFlight = Math.Min(options.MaxInFlight, FairShare.Open(sockets.Most)));
        return services
            .AddSingleton<Turns>()
            .AddSingleton<Places>()
            .AddSingleton<Receivers>()
            .AddSingleton<LaneAlarm>()
            .AddSingleton<Lanes>()
            .AddSingleton<LeaseBook>()
            .AddSingleton<LeaseClaims>()
            .AddSingleton<LeaseKeeper>()
            .AddSingleton<ClaimLoop>()
            .AddSingleton<WakeLoop>()
            .AddSingleton<OwnershipLoop>()
            .AddSingleton<DispatchLoops>()
            .AddSingleton<AttemptInputs>()
            .AddSingleton<AttemptRecords>()
            .AddSingleton<AttemptRunner>()
            .AddSingleton<AttemptLoop>()
            .AddHostedService<DispatchWorker>()
            .AddHostedService<LaneUpdates>();
    }
}
