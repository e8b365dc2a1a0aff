namespace ControlPlane.Server.Redriving;

internal static class RedrivingRegistration
{
    public static IServiceCollection AddRedriving(this IServiceCollection services) => services
        .AddSingleton<RedriveRunner>()
        .AddSingleton<RedriveWorker>()
        .AddHostedService(provider => provider.GetRequiredService<RedriveWorker>());
}
