using ControlPlane.Server.Telemetry;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Maintenance;

/// <summary>Removes what has expired, pass after pass, from shortly after the start until the server stops.</summary>
internal sealed class RetentionWorker(
    RetentionPass pass, IOptions<RetentionOptions> options, TimeProvider clock, ServerMetrics metrics,
    ILogger<RetentionWorker> log) : BackgroundService
{
    private static readonly TimeSpan FirstAfter = TimeSpan.FromMinutes(1);
    private readonly ClockLeaps _leaps = new(clock);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.Interval;
        try
        {
            await Task.Delay(interval < FirstAfter ? interval : FirstAfter, clock, stoppingToken);
            while (true)
            {
                await RunAsync(stoppingToken);
                await Task.Delay(interval, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start goes on.
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        if (_leaps.Look() is { Ticks: > 0 } leap)
        {
            MaintenanceLog.ClockLeapt(log, leap, ClockLeaps.Doubt);
        }

        if (_leaps.InDoubt)
        {
            return;
        }

        var started = clock.GetTimestamp();
        try
        {
            var removed = await pass.RunAsync(stopping);
            metrics.Removed(removed);
            if (removed.Total > 0)
            {
                MaintenanceLog.Removed(
                    log, removed.Payloads, removed.Deliveries, removed.Events, removed.Webhooks, removed.Redrives, removed.InternedTexts,
                    removed.AuditEvents, removed.Sessions, removed.Erased, clock.GetElapsedTime(started).TotalSeconds);
            }
        }
        catch (StorageDamagedException)
        {
            // Said once, by the DamageWorker.
        }
        catch (StorageUnavailableException e)
        {
            MaintenanceLog.Unavailable(log, e);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            MaintenanceLog.Failed(log, e);
        }
    }
}
