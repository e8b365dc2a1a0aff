using ControlPlane.Storage;

namespace ControlPlane.Server.Dispatching;

/// <summary>Claims due deliveries, as many as there are places for, together with their events.</summary>
internal sealed class LeaseClaims(
    IDeliveryQueue queue, IEventStore events, LeaseBook leases, Places places, TimeProvider clock, ILogger<LeaseClaims> log)
{
    /// <summary>Payloads read together with a claim; the rest are read one by one when their turn comes.</summary>
    private const long PayloadBytesPerClaim = 1 << 20;

    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);

    /// <summary>Claims up to so many due deliveries of a webhook. Returns them and when the next one is due, as far as is known.</summary>
    public async Task<(IReadOnlyList<WorkItem> Items, DateTimeOffset? NextDue)> ClaimAsync(Lane lane, int limit)
    {
        var taken = 0;
        while (taken < limit && places.TryTake(lane.Places))
        {
            taken++;
        }

        return taken > 0 ? await FillAsync(lane, taken) : ([], clock.GetUtcNow() + Breath);
    }

    private async Task<(IReadOnlyList<WorkItem> Items, DateTimeOffset? NextDue)> FillAsync(Lane lane, int taken)
    {
        var filled = 0;
        try
        {
            var (until, erasures) = (leases.LeaseUntil(), places.Erasures);
            var claim = await queue.ClaimDueAsync(
                new ClaimRequest(lane.WebhookId, taken, leases.Owner, leases.Lease) { TenantId = lane.TenantId }, CancellationToken.None);
            filled = claim.Deliveries.Count;
            var sources = await ReadAsync(claim.Deliveries);
            return (
                [.. claim.Deliveries.Select(delivery => places.Add(lane.Places, delivery, sources.GetValueOrDefault(delivery.EventId), erasures, until))],
                claim.NextDue);
        }
        finally
        {
            for (var i = filled; i < taken; i++)
            {
                places.GiveBack(lane.Places);
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
}
