using System.Threading.Channels;
using ControlPlane.Storage;

namespace ControlPlane.Server.Catalog;

/// <summary>
/// Refreshes the pictures of tenants that another node changed: when the store signals it, and all of them as often as the engine asks
/// for in case a signal was lost.
/// </summary>
internal sealed class CatalogUpdates(WebhookCatalog catalog, ISignals signals, TimeProvider clock, ILogger<CatalogUpdates> log) : BackgroundService
{
    private const int Waiting = 1_000;

    // Bounded: a node that cannot keep up finds the rest when it polls.
    private readonly Channel<string> _changed = Channel.CreateBounded<string>(
        new BoundedChannelOptions(Waiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = signals.Subscribe(signal =>
        {
            if (signal is StoreSignal.ConfigurationChanged { TenantId: { } tenantId })
            {
                _changed.Writer.TryWrite(tenantId);
            }
        });
        try
        {
            await Task.WhenAll(FollowAsync(stoppingToken), PollAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops, also when its start failed: that is no failure of this worker to log.
        }
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        await foreach (var tenantId in _changed.Reader.ReadAllAsync(stopping))
        {
            await RefreshAsync(tenantId, stopping);
        }
    }

    private async Task PollAsync(CancellationToken stopping)
    {
        if (signals.PollInterval is not { } interval)
        {
            return;
        }

        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            foreach (var tenantId in catalog.TenantIds)
            {
                await RefreshAsync(tenantId, stopping);
            }
        }
    }

    private async Task RefreshAsync(string tenantId, CancellationToken stopping)
    {
        try
        {
            if (catalog.Holds(tenantId))
            {
                await catalog.RefreshAsync(tenantId, stopping);
            }
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            // A publish finds out by itself. What waits in lanes goes by the old settings until the next signal or poll.
            CatalogLog.NotRefreshed(log, e, tenantId);
        }
    }
}
