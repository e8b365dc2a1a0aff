using ControlPlane.Server.Api.Standard;
using ControlPlane.Storage;

namespace ControlPlane.Server.Maintenance;

/// <summary>
/// Says NOT_SERVING while a store that is not in this process cannot be reached, so that load balancers turn to nodes that reach it, and
/// SERVING again when it can.
/// </summary>
internal sealed class OutageWorker(StorageEngine store, HealthState health, TimeProvider clock, ILogger<OutageWorker> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!store.Ownership.IsShared)
        {
            return;
        }

        using var timer = new PeriodicTimer(LookEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var reached = await IsReachedAsync(stoppingToken);
                if (health.Suspend(!reached))
                {
                    MaintenanceLog.Reached(log, reached ? "can be reached again" : "cannot be reached");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task<bool> IsReachedAsync(CancellationToken stopping)
    {
        try
        {
            await store.Changes.GetHeadAsync(stopping).AsTask().WaitAsync(Patience, clock, stopping);
            return true;
        }
        catch (Exception e) when (e is StorageUnavailableException or TimeoutException)
        {
            return false;
        }
    }
}
