using ControlPlane.Server.Deliveries.Explaining;
using ControlPlane.Server.Deliveries.Redriving;

namespace ControlPlane.Server.Deliveries;

internal static class DeliveriesRegistration
{
    public static IServiceCollection AddDeliveries(this IServiceCollection services) => services
        .AddSingleton<DeliveryGrpcService>()
        .AddSingleton<DeliveryWatch>()
        .AddSteady<DeliveryExplainer>()
        .AddSingleton<StatsCalls>()
        .AddSingleton<RedriveCalls>()
        .AddSingleton<ReplayCalls>()
        .AddSingleton<DeliveryJobs>()
        .AddSingleton<RedriveStarts>()
        .AddSingleton<ReplayWalk>()
        .AddSingleton<RedriveRunner>()
        .AddSingleton<RedriveWorker>()
        .AddHostedService(provider => provider.GetRequiredService<RedriveWorker>());
}
