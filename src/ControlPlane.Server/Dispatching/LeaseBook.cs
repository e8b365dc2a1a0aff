using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Dispatching;

/// <summary>Claims, prolongs, gives back and recovers leases in the name of this process.</summary>
internal sealed class LeaseBook(
    IDeliveryQueue queue, IDeliveryStore deliveries, IEventStore events, Places places, NodeIdentity node, IOptions<DispatchingOptions> options,
    TimeProvider clock, ILogger<LeaseBook> log)
{
    private const int Batch = 1000;

    /// <summary>Payloads read together with a claim; the rest are read one by one when their turn comes.</summary>
    private const long PayloadBytesPerClaim = 1 << 20;

    public string Owner => node.NodeId;

    /// <summary>How long a lease holds that is taken or prolonged.</summary>
    public TimeSpan Lease => options.Value.Lease;

    /// <summary>Until when a lease taken now holds at least, by the clock of this process.</summary>
    public DateTimeOffset LeaseUntil() => clock.GetStoreNow() + Lease;

    /// <summary>Claims due deliveries of a webhook into places already taken; gives back the places that it does not fill.</summary>
    public async Task<(IReadOnlyList<WorkItem> Items, DateTimeOffset? NextDue)> ClaimAsync(string webhookId, TenantPlaces share, int count)
    {
        var filled = 0;
        try
        {
            var until = LeaseUntil();
            var claim = await queue.ClaimDueAsync(new ClaimRequest(webhookId, count, Owner, Lease), CancellationToken.None);
            filled = claim.Deliveries.Count;
            var sources = await ReadAsync(claim.Deliveries);
            return ([.. claim.Deliveries.Select(d => places.Add(share, d, sources.GetValueOrDefault(d.EventId), until))], claim.NextDue);
        }
        finally
        {
            for (var i = filled; i < count; i++)
            {
                places.GiveBackPlace(share);
            }
        }
    }

    /// <summary>The events of claimed deliveries, by id. Not to have read them is no failure: they are read when they are sent.</summary>
    private async Task<IReadOnlyDictionary<string, EventRecord>> ReadAsync(IReadOnlyList<DeliveryRecord> claimed)
    {
        var sources = new Dictionary<string, EventRecord>(claimed.Count, StringComparer.Ordinal);
        if (claimed.Count > 0)
        {
            try
            {
                var ids = claimed.Select(delivery => delivery.EventId).Distinct(StringComparer.Ordinal).ToList();
                foreach (var source in await events.FindManyAsync(ids, claimed[0].TenantId, PayloadBytesPerClaim, CancellationToken.None))
                {
                    sources.Add(source.Id, source);
                }
            }
            catch (Exception e)
            {
                DispatchingLog.PayloadsNotRead(log, e);
            }
        }

        return sources;
    }

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
            await queue.ReleaseAsync(
                [.. items.Select(item => item.Lease)], delay > TimeSpan.Zero ? delay : TimeSpan.Zero, CancellationToken.None);
        }
        finally
        {
            foreach (var item in items)
            {
                places.Remove(item);
            }
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
    public async Task CancelOrphansAsync()
    {
        while (await deliveries.CancelOrphansAsync(CancellationToken.None) > 0)
        {
        }
    }
}
