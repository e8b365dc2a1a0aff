namespace ControlPlane.Server.Keeping;

internal static class KeepingRegistration
{
    public static IServiceCollection AddKeeping(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRoomOptions<RetentionOptions>(configuration.GetSection("ControlPlane:Retention"));
        return services.AddSingleton<RetentionPass>().AddHostedService<RetentionWorker>();
    }
}
