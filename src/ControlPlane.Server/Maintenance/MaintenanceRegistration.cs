namespace ControlPlane.Server.Maintenance;

internal static class MaintenanceRegistration
{
    public static IServiceCollection AddMaintenance(
        this IServiceCollection services, IConfiguration configuration, string backupDirectory)
    {
        services.AddRoomOptions<RetentionOptions>(configuration.GetSection("ControlPlane:Retention"));
        return services
            .AddSingleton<RetentionPass>()
            .AddHostedService<RetentionWorker>()
            .AddHostedService<DamageWorker>()
            .AddHostedService<OutageWorker>()
            .AddSingleton(new BackupPlace(backupDirectory))
            .AddSingleton<StoreBackups>()
            .AddSingleton<StoreChecks>();
    }
}
