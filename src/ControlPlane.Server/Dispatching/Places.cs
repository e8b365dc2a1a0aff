using System.Collections.Concurrent;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Dispatching;

/// <summary>
/// Everything this process holds the lease of, queued or under way, and how much of it: what keeps memory bounded and leases
/// alive.
/// </summary>
internal sealed class Places(IOptions<DispatchingOptions> options)
{
    private readonly ConcurrentDictionary<string, WorkItem> _items = new(StringComparer.Ordinal);
    private int _places;
    private long _payloadBytes;

    public ICollection<WorkItem> Items => _items.Values;

    /// <summary>Takes a place in memory for a delivery; false if all that the tenant may have, or all there are, are taken.</summary>
    public bool TryTakePlace(TenantPlaces share)
    {
        if (!share.TryTakePlace(options.Value.QueuePerTenant))
        {
            return false;
        }

        if (Interlocked.Increment(ref _places) <= options.Value.Queue)
        {
            return true;
        }

        GiveBackPlace(share);
        return false;
    }

    public void GiveBackPlace(TenantPlaces share)
    {
        Interlocked.Decrement(ref _places);
        share.GiveBackPlace();
    }

    /// <summary>Fills a place. The payload stays in memory only while there is room for it.</summary>
    public WorkItem Add(TenantPlaces share, DeliveryRecord delivery, EventRecord? source, DateTimeOffset leaseUntil)
    {
        if (source?.Payload is { } payload && Interlocked.Add(ref _payloadBytes, payload.Length) > options.Value.QueuedPayloadBytes)
        {
            Interlocked.Add(ref _payloadBytes, -payload.Length);
            source = null;
        }

        var item = new WorkItem(share, delivery, source, leaseUntil);
        _items[delivery.Id] = item;
        return item;
    }

    /// <summary>Empties a place.</summary>
    public void Remove(WorkItem item)
    {
        // A delivery that was lost can be held again under a new fence: only this very item goes.
        _items.TryRemove(new(item.Delivery.Id, item));
        if (item.Event?.Payload is { } payload)
        {
            Interlocked.Add(ref _payloadBytes, -payload.Length);
        }

        GiveBackPlace(item.Share);
    }

    /// <summary>Whether the lease is held here and was not lost.</summary>
    public bool Holds(string deliveryId) => _items.TryGetValue(deliveryId, out var item) && !item.Lost;

    /// <summary>Marks a delivery as no longer ours.</summary>
    public void Lose(string deliveryId)
    {
        if (_items.TryGetValue(deliveryId, out var item))
        {
            item.Lose();
        }
    }
}
