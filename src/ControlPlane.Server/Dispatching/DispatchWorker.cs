namespace ControlPlane.Server.Dispatching;

/// <summary>The loops that end when the server begins to stop.</summary>
internal sealed record DispatchLoops(WakeLoop Wakes, OwnershipLoop Ownership);

/// <summary>Runs the room's loops from start to drain.</summary>
internal sealed class DispatchWorker(
    AttemptLoop attempts, ClaimLoop claims, DispatchLoops loops, LeaseKeeper leases, Lanes lanes, IHostApplicationLifetime lifetime,
    ILogger<DispatchWorker> log) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _drained = new();
    private Task _running = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.WhenAll(
            Guarded(() => attempts.RunAsync(_stopping.Token)),
            Guarded(claims.RunAsync),
            Guarded(() => loops.Wakes.RunAsync(_stopping.Token)),
            Guarded(() => loops.Ownership.RunAsync(_stopping.Token)),
            Guarded(() => leases.ResumeAsync(_stopping.Token)),
            Guarded(() => leases.KeepAsync(_stopping.Token, _drained.Token)));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        var queued = lanes.Stop();
        attempts.Stop(queued.Count);
        await leases.GiveBackAsync(queued);
        await attempts.DrainAsync(cancellationToken);
        await _drained.CancelAsync();
        await _running;
        // What was claimed or published into lanes since.
        await leases.LeaveAsync();
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _drained.Dispose();
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
