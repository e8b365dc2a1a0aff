using ControlPlane.Server.Telemetry;

namespace ControlPlane.Server.Maintenance;

internal static class MaintenanceRegistration
{
    public static IServiceCollection AddMaintenance(
        this IServiceCollection services, IConfiguration configuration, string? file, string backupDirectory)
    {
        services.AddRoomOptions<RetentionOptions>(configuration.GetSection("ControlPlane:Retention"));
        return services
            .AddServerMetrics()
            .AddSingleton<RetentionPass>()
            .AddHostedService<RetentionWorker>()
            .AddHostedService<DamageWorker>()
            .AddHostedService<OutageWorker>()
            .AddHostedService<StoreGauges>()
            .AddSingleton(new StorePlace(file))
            .AddSingleton(new BackupPlace(backupDirectory))
            .AddSingleton<StoreBackups>()
            .AddSingleton<StoreChecks>();
    }
}
