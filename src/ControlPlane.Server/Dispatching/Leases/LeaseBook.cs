using ControlPlane.Server.Catalog;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Dispatching;

/// <summary>Prolongs, gives back and recovers leases in the name of this process.</summary>
internal sealed class LeaseBook(
    IDeliveryQueue queue, IDeliveryStore deliveries, Places places, NodeIdentity node, IOptions<DispatchingOptions> options,
    TimeProvider clock, ILogger<LeaseBook> log)
{
    /// <summary>Leases in one operation of the store, which everybody's writes wait for.</summary>
    private const int Batch = 250;

    public string Owner => node.NodeId;

    /// <summary>How long a lease holds that is taken or prolonged.</summary>
    public TimeSpan Lease => options.Value.Lease;

    /// <summary>Until when a lease taken now holds at least, by the clock of this process.</summary>
    public DateTimeOffset LeaseUntil() => clock.GetStoreNow() + Lease;

    /// <summary>Where deliveries wait, and from when on they are due.</summary>
    public Task<IReadOnlyList<WaitingWebhook>> ListWaitingAsync(CancellationToken cancellationToken) => queue.ListWaitingAsync(cancellationToken);

    /// <summary>Gives deliveries back unsent, to be due then.</summary>
    public async Task ReleaseAsync(IReadOnlyList<WorkItem> items, DateTimeOffset due)
    {
        if (items.Count == 0)
        {
            return;
        }

        try
        {
            var delay = due - clock.GetStoreNow();
            foreach (var some in items.Chunk(Batch))
            {
                await queue.ReleaseAsync(
                    [.. some.Select(item => item.Lease)], delay > TimeSpan.Zero ? delay : TimeSpan.Zero, CancellationToken.None);
            }
        }
        finally
        {
            foreach (var item in items)
            {
                places.Remove(item);
            }
        }
    }

    /// <summary>The same, but that it could not be done is logged: the leases run out by themselves, and then the deliveries are recovered.</summary>
    public async Task<bool> TryReleaseAsync(IReadOnlyList<WorkItem> items, DateTimeOffset due)
    {
        try
        {
            await ReleaseAsync(items, due);
            return true;
        }
        catch (Exception e)
        {
            DispatchingLog.LeasesFailed(log, e);
            return false;
        }
    }

    /// <summary>Prolongs what is held and half used up; what was lost is marked so that it is not started.</summary>
    public async Task ExtendAsync()
    {
        var soon = clock.GetUtcNow() + (options.Value.Lease / 2);
        foreach (var items in places.Items.Where(item => !item.Lost && item.LeaseUntil < soon).Chunk(Batch))
        {
            var until = LeaseUntil();
            var lost = await queue.ExtendAsync([.. items.Select(item => item.Lease)], Lease, CancellationToken.None);
            foreach (var item in items)
            {
                if (lost.Contains(item.Delivery.Id))
                {
                    item.Lose();
                }
                else
                {
                    item.Prolong(until);
                }
            }
        }
    }

    /// <summary>Cancels what still waits for deleted webhooks.</summary>
    public Task CancelOrphansAsync() => deliveries.CancelAllOrphansAsync();
}
