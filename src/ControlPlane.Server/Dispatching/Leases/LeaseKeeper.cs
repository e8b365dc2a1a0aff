using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Dispatching;

/// <summary>Goes on with what was unfinished at the start, prolongs what is held, and takes back what ran out.</summary>
internal sealed class LeaseKeeper(
    LeaseBook leases, Lanes lanes, Places places, StorageEngine store, IOptions<DispatchingOptions> options, TimeProvider clock,
    ILogger<LeaseKeeper> log)
{
    /// <summary>Goes on with everything that was unfinished when the store was last closed or its owner died.</summary>
    public async Task ResumeAsync(CancellationToken stopping)
    {
        await store.Ownership.JoinAsync(leases.Owner, CancellationToken.None);
        await TakeUpAsync(stopping);
    }

    /// <summary>Goes on with everything that is unfinished and that nobody holds.</summary>
    public async Task TakeUpAsync(CancellationToken stopping)
    {
        if (await RecoverAsync() is > 0 and var recovered)
        {
            DispatchingLog.Recovered(log, recovered);
        }

        await leases.CancelOrphansAsync();
        await ExpectWaitingAsync(stopping);
    }

    /// <summary>Until the last request has ended: a lease that runs out under one lets another node send the same.</summary>
    public async Task KeepAsync(CancellationToken stopping, CancellationToken drained)
    {
        using var timer = new PeriodicTimer(options.Value.Lease / 6, clock);
        var look = false;
        while (await timer.WaitForNextTickAsync(drained))
        {
            try
            {
                await leases.ExtendAsync();
                if (await RecoverAsync() is > 0 and var expired)
                {
                    DispatchingLog.Expired(log, expired);
                    look = true;
                }

                if (look && !stopping.IsCancellationRequested)
                {
                    await leases.CancelOrphansAsync();
                    await ExpectWaitingAsync(stopping);
                    look = false;
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Some can have been taken back before it failed, and no lane would expect them.
                look = true;
                DispatchingLog.LeasesFailed(log, e);
            }
        }
    }

    /// <summary>Gives everything back that is held, as the last thing before the process ends.</summary>
    public async Task LeaveAsync()
    {
        await GiveBackAsync([.. places.Items]);
        try
        {
            await store.Ownership.LeaveAsync(CancellationToken.None);
        }
        catch (StorageUnavailableException e)
        {
            DispatchingLog.NotLeft(log, e);
        }
    }

    /// <summary>Gives deliveries back. What cannot be given back is recovered by the next start.</summary>
    public Task GiveBackAsync(IReadOnlyList<WorkItem> items) => leases.TryReleaseAsync(items, clock.GetStoreNow());

    /// <summary>Makes deliveries wait again whose leases nobody will use any more. Returns how many.</summary>
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

    private async Task ExpectWaitingAsync(CancellationToken stopping)
    {
        foreach (var waiting in await leases.ListWaitingAsync(stopping))
        {
            lanes.Expect(waiting.TenantId, waiting.WebhookId, waiting.Due);
        }
    }
}
