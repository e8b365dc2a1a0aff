using ControlPlane.Egress.Connecting;
using ControlPlane.Server.Telemetry;

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
            .AddServerMetrics()
            .AddSingleton<Turns>()
            .AddSingleton<Places>()
            .AddSingleton<Receivers>()
            .AddSteady<LaneAlarm>()
            .AddSteady<Lanes>()
            .AddSteady<LeaseBook>()
            .AddSteady<LeaseClaims>()
            .AddSteady<LeaseKeeper>()
            .AddSteady<ClaimLoop>()
            .AddSteady<WakeLoop>()
            .AddSingleton<OwnershipLoop>()
            .AddSingleton<DispatchLoops>()
            .AddSingleton<AttemptInputs>()
            .AddSteady<AttemptRecords>()
            .AddSingleton<AttemptRunner>()
            .AddSingleton<AttemptLoop>()
            .AddHostedService<DispatchWorker>()
            .AddSteady<LaneUpdates>()
            .AddHostedService(provider => provider.GetRequiredService<LaneUpdates>())
            .AddHostedService<QueueGauges>();
    }
}
