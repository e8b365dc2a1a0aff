using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Dispatching;

/// <summary>Runs the senders, the alarm and the lease keeping from start to drain.</summary>
internal sealed class DispatchWorker(
    Dispatcher dispatcher, AttemptRunner runner, LeaseBook leases, LaneAlarm alarm, Held held, IDeliveryQueue queue, StorageEngine store,
    IOptions<DispatchingOptions> options, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<DispatchWorker> log)
    : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _cutOff = new();
    private Task _senders = Task.CompletedTask;
    private Task _keeping = Task.CompletedTask;
    private int _underWay;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _senders = Task.WhenAll(Enumerable.Range(0, options.Value.MaxInFlight).Select(_ => SendAsync()));
        _keeping = Task.WhenAll(
            Guarded(() => alarm.RunAsync(_stopping.Token)), Guarded(ResumeAsync), Guarded(KeepLeasesAsync));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        var queued = dispatcher.Stop();
        DispatchingLog.Draining(log, Volatile.Read(ref _underWay), queued.Count);
        await leases.ReleaseAsync(queued, clock.GetStoreNow());
        using var drain = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        drain.CancelAfter(options.Value.DrainTimeout);
        try
        {
            await _senders.WaitAsync(drain.Token);
        }
        catch (OperationCanceledException)
        {
            DispatchingLog.CutOff(log, Volatile.Read(ref _underWay));
            await _cutOff.CancelAsync();
            await _senders;
        }

        await _keeping;
        // What claims that were under way have brought in since.
        await leases.ReleaseAsync([.. held.Items], clock.GetStoreNow());
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _cutOff.Dispose();
    }

    private async Task SendAsync()
    {
        await foreach (var lane in dispatcher.Ready.ReadAllAsync(CancellationToken.None))
        {
            if (!_stopping.IsCancellationRequested && lane.TryStart(out var item))
            {
                Interlocked.Increment(ref _underWay);
                await runner.RunAsync(lane, item, _cutOff.Token);
                Interlocked.Decrement(ref _underWay);
            }
        }
    }

    /// <summary>Goes on with everything that was unfinished when the store was last closed or its owner died.</summary>
    private async Task ResumeAsync()
    {
        if (await leases.RecoverAsync(store.SingleOwner) is > 0 and var recovered)
        {
            DispatchingLog.Recovered(log, recovered);
        }

        await leases.CancelOrphansAsync();
        await ExpectWaitingAsync();
    }

    private async Task KeepLeasesAsync()
    {
        using var timer = new PeriodicTimer(options.Value.Lease / 6, clock);
        while (await timer.WaitForNextTickAsync(_stopping.Token))
        {
            try
            {
                await leases.ExtendAsync();
                if (await leases.RecoverAsync(onlyOwner: false) is > 0 and var expired)
                {
                    DispatchingLog.Expired(log, expired);
                    await ExpectWaitingAsync();
                }
            }
            catch (Exception e)
            {
                DispatchingLog.LeasesFailed(log, e);
            }
        }
    }

    private async Task ExpectWaitingAsync()
    {
        foreach (var waiting in await queue.ListWaitingAsync(_stopping.Token))
        {
            dispatcher.Expect(waiting.TenantId, waiting.WebhookId, waiting.Due);
        }
    }

    /// <summary>Without one of these nothing would be sent any more: better to stop than to look healthy.</summary>
    private async Task Guarded(Func<Task> run)
    {
        try
        {
            await Task.Run(run);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            DispatchingLog.WorkerDied(log, e);
            lifetime.StopApplication();
        }
    }
}
