namespace ControlPlane.Server.Keeping;

internal static class KeepingRegistration
{
    public static IServiceCollection AddKeeping(
        this IServiceCollection services, IConfiguration configuration, string backupDirectory)
    {
        services.AddRoomOptions<RetentionOptions>(configuration.GetSection("ControlPlane:Retention"));
        return services
            .AddSingleton<RetentionPass>()
            .AddHostedService<RetentionWorker>()
            .AddHostedService<DamageWorker>()
            .AddSingleton(new BackupPlace(backupDirectory))
            .AddSingleton<StoreBackups>()
            .AddSingleton<StoreChecks>();
    }
}
