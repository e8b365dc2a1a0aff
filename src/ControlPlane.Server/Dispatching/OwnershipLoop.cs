using ControlPlane.Storage;

namespace ControlPlane.Server.Dispatching;

/// <summary>Gives the queues of webhooks back that another process is to own, and takes up those that this one began to own.</summary>
internal sealed class OwnershipLoop(StorageEngine store, Lanes lanes, LeaseKeeper keeper, TimeProvider clock, ILogger<OwnershipLoop> log)
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private int _timesLost;

    public async Task RunAsync(CancellationToken stopping)
    {
        using var changed = new SemaphoreSlim(0);
        using var subscription = store.Ownership.Subscribe(() => changed.Release());
        while (true)
        {
            await changed.WaitAsync(stopping);
            // Several changes are applied together.
            while (changed.Wait(0, CancellationToken.None))
            {
            }

            NoteLosses();
            await ApplyAsync(changed, stopping);
        }
    }

    private void NoteLosses()
    {
        if (store.Ownership.TimesLost is var times && times > _timesLost)
        {
            _timesLost = times;
            DispatchingLog.TakenForGone(log);
        }
    }

    private async Task ApplyAsync(SemaphoreSlim changed, CancellationToken stopping)
    {
        try
        {
            await keeper.GiveBackAsync(lanes.RemoveLost());
            await keeper.TakeUpAsync(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            DispatchingLog.OwnershipNotApplied(log, e);
            await Task.Delay(AfterFailure, clock, stopping);
            changed.Release();
        }
    }
}
