namespace ControlPlane.Server.Deliveries;

internal static class DeliveriesRegistration
{
    public static IServiceCollection AddDeliveries(this IServiceCollection services) => services
        .AddSingleton<DeliveryWatch>()
        .AddSingleton<DeliveryExplainer>()
        .AddSingleton<RedriveCalls>();
}
