using ControlPlane.Storage;

namespace ControlPlane.Server.Catalog;

/// <summary>
/// Refreshes the pictures of tenants that another node changed: when the store signals it, and all of them as often as the engine asks
/// for in case a signal was lost. What cannot be read is read again until it was: nobody signals it a second time.
/// </summary>
internal sealed class CatalogUpdates(WebhookCatalog catalog, ISignals signals, TimeProvider clock, ILogger<CatalogUpdates> log) : BackgroundService
{
    private const int MostNoted = 1_000;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);
    private readonly ChangedTenants _changed = new(MostNoted);
    private IDisposable? _subscription;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Here, since what follows may run after the first tenant was read.
        _subscription = signals.Subscribe(signal =>
        {
            if (signal is StoreSignal.ConfigurationChanged { TenantId: { } tenantId })
            {
                _changed.Add([tenantId]);
            }
        });
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _subscription?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
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
        var pause = ShortestPause;
        while (true)
        {
            await _changed.Any.WaitAsync(stopping);
            var left = await RefreshAsync([.. _changed.Take() ?? catalog.TenantIds], stopping);
            if (left.Count == 0)
            {
                pause = ShortestPause;
                continue;
            }

            _changed.Add(left);
            await Task.Delay(pause, clock, stopping);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
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
            _changed.AddAll();
        }
    }

    /// <summary>Reads tenants again; returns those that are still to be read.</summary>
    private async Task<IReadOnlyList<string>> RefreshAsync(IReadOnlyList<string> tenantIds, CancellationToken stopping)
    {
        var failed = new List<string>();
        foreach (var (i, tenantId) in tenantIds.Index())
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
                // A publish finds out by itself. What waits in lanes goes by the old settings until it can be read.
                CatalogLog.NotRefreshed(log, e, tenantId);
                failed.Add(tenantId);
                if (e is StorageUnavailableException)
                {
                    return [.. failed, .. tenantIds.Skip(i + 1)];
                }
            }
        }

        return failed;
    }
}
