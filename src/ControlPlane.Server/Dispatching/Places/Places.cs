using System.Collections.Concurrent;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Dispatching;

/// <summary>
/// The deliveries that this process holds the lease of, queued or in flight. Bounded by count, which the tenants share fairly, and by
/// payload bytes.
/// </summary>
internal sealed class Places(IOptions<DispatchingOptions> options)
{
    private readonly ConcurrentDictionary<string, WorkItem> _items = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private int _taken;
    private int _tenants;
    private int _erasures;
    private long _payloadBytes;

    /// <summary>Places that are taken.</summary>
    public int Taken => Volatile.Read(ref _taken);

    public ICollection<WorkItem> Items => _items.Values;

    /// <summary>Takes a place in memory for a delivery; false if none is free or the tenant has its share.</summary>
    public bool TryTake(TenantPlaces tenant)
    {
        lock (_lock)
        {
            var holders = tenant.Taken > 0 ? _tenants : _tenants + 1;
            if (!FairShare.Allows(options.Value.Queue, _taken, holders, tenant.Taken))
            {
                return false;
            }

            _tenants = holders;
            _taken++;
            tenant.Taken++;
            return true;
        }
    }

    public void GiveBack(TenantPlaces tenant)
    {
        lock (_lock)
        {
            _taken--;
            if (--tenant.Taken == 0)
            {
                _tenants--;
            }
        }
    }

    /// <summary>How many times events were erased. To be read before an event that is kept in memory is.</summary>
    public int Erasures => Volatile.Read(ref _erasures);

    /// <summary>Events were erased: what is kept in memory is not sent any more before it was read again.</summary>
    public void NoteErasure() => Interlocked.Increment(ref _erasures);

    /// <summary>The event with its payload as it is in memory; null if it is not there, or can have been erased since.</summary>
    public EventRecord? FindEvent(WorkItem item) => item.Erasures == Erasures ? item.Event : null;

    /// <summary>Fills a place. The payload stays in memory only while there is room for it.</summary>
    /// <param name="tenant">Whose place it is.</param>
    /// <param name="delivery">The delivery.</param>
    /// <param name="source">Its event, if that is known.</param>
    /// <param name="erasures">What <see cref="Erasures"/> was before the event was read.</param>
    /// <param name="leaseUntil">Until when it is leased.</param>
    public WorkItem Add(TenantPlaces tenant, DeliveryRecord delivery, EventRecord? source, int erasures, DateTimeOffset leaseUntil)
    {
        if (source?.Payload is { } payload && Interlocked.Add(ref _payloadBytes, payload.Length) > options.Value.QueuedPayloadBytes)
        {
            Interlocked.Add(ref _payloadBytes, -payload.Length);
            source = null;
        }

        var item = new WorkItem(tenant, delivery, source, erasures, leaseUntil);
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

        GiveBack(item.Tenant);
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
