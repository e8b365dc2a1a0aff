using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Dispatching;

/// <summary>Runs the senders, the alarm and the leases from start to drain.</summary>
internal sealed class DispatchWorker(
    Dispatcher dispatcher, Turns line, AttemptRunner runner, LeaseBook leases, LaneAlarm alarm, Places places, IDeliveryQueue queue, StorageEngine store,
    IOptions<DispatchingOptions> options, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<DispatchWorker> log)
    : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _drained = new();
    private readonly CancellationTokenSource _cutOff = new();
    private readonly InFlightCounter _inFlight = new();
    private Task _background = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        line.Open(Start);
        _background = Task.WhenAll(
            Guarded(() => alarm.RunAsync(_stopping.Token)), Guarded(ResumeAsync), Guarded(KeepLeasesAsync));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        var queued = dispatcher.Stop();
        DispatchingLog.Draining(log, _inFlight.Count, queued.Count);
        await GiveBackAsync(queued);
        using var deadline = new CancellationTokenSource(options.Value.DrainTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var draining = DrainAsync();
        try
        {
            await draining.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            DispatchingLog.CutOff(log, _inFlight.Count);
            await _cutOff.CancelAsync();
            await draining;
        }

        await _drained.CancelAsync();
        await _background;
        // What was claimed or published into lanes since.
        await GiveBackAsync([.. places.Items]);
        await store.Ownership.LeaveAsync(CancellationToken.None);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _drained.Dispose();
        _cutOff.Dispose();
    }

    /// <summary>On a thread of the pool: whoever gave the lane its turn has other things to do than to sign and send.</summary>
    private void Start(Lane lane) => ThreadPool.UnsafeQueueUserWorkItem(lane => _ = RunAsync(lane), lane, preferLocal: false);

    private async Task RunAsync(Lane lane)
    {
        // Counted before looking, so that a stop either keeps the request from being begun or waits for it.
        _inFlight.Enter();
        try
        {
            if (!_stopping.IsCancellationRequested && lane.TryStart(out var item))
            {
                await runner.RunAsync(lane, item, _cutOff.Token);
            }

            line.Ended(lane);
        }
        catch (Exception e)
        {
            Died(e);
        }
        finally
        {
            _inFlight.Exit();
        }
    }

    private async Task DrainAsync()
    {
        await _inFlight.WhenNone();
        await dispatcher.Settled;
    }

    private async Task GiveBackAsync(IReadOnlyList<WorkItem> items)
    {
        try
        {
            await leases.ReleaseAsync(items, clock.GetStoreNow());
        }
        catch (Exception e)
        {
            // The next start recovers them; the requests under way are to be waited for all the same.
            DispatchingLog.LeasesFailed(log, e);
        }
    }

    /// <summary>Goes on with everything that was unfinished when the store was last closed or its owner died.</summary>
    private async Task ResumeAsync()
    {
        await store.Ownership.JoinAsync(leases.Owner, CancellationToken.None);
        if (await RecoverAsync() is > 0 and var recovered)
        {
            DispatchingLog.Recovered(log, recovered);
        }

        await leases.CancelOrphansAsync();
        await ExpectWaitingAsync();
    }

    /// <summary>Makes deliveries wait again whose leases nobody will use any more; returns how many.</summary>
    private async Task<int> RecoverAsync()
    {
        int taken, all = 0;
        do
        {
            taken = await store.Ownership.RecoverAsync(CancellationToken.None);
            all += taken;
        }
        while (taken > 0);
        return all;
    }

    /// <summary>Until the last request has ended: a lease that runs out under one lets another node send the same.</summary>
    private async Task KeepLeasesAsync()
    {
        using var timer = new PeriodicTimer(options.Value.Lease / 6, clock);
        var look = false;
        while (await timer.WaitForNextTickAsync(_drained.Token))
        {
            try
            {
                await leases.ExtendAsync();
                if (await RecoverAsync() is > 0 and var expired)
                {
                    DispatchingLog.Expired(log, expired);
                    look = true;
                }

                if (look && !_stopping.IsCancellationRequested)
                {
                    await leases.CancelOrphansAsync();
                    await ExpectWaitingAsync();
                    look = false;
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Some can have been taken back before it failed, and nobody would be told of them.
                look = true;
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
            Died(e);
        }
    }

    private void Died(Exception exception)
    {
        DispatchingLog.WorkerDied(log, exception);
        lifetime.StopApplication();
    }
}
