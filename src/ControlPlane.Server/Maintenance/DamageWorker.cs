using ControlPlane.Server.Api.Standard;
using ControlPlane.Storage;

namespace ControlPlane.Server.Maintenance;

/// <summary>
/// Says that the server cannot go on when its store is found to be damaged. The process stays, so that its health and its log can
/// be read; the next start would refuse.
/// </summary>
internal sealed class DamageWorker(EngineCapabilities capabilities, HealthState health, ILogger<DamageWorker> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (capabilities.Integrity is not { } integrity)
        {
            return;
        }

        try
        {
            var finding = await integrity.Damage.WaitAsync(stoppingToken);
            health.StopServing();
            MaintenanceLog.Damaged(log, finding);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Sound to the end.
        }
    }
}
