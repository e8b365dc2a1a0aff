using ControlPlane.Storage;

namespace ControlPlane.Server.Dispatching;

/// <summary>A delivery that this process holds the lease of.</summary>
internal sealed class WorkItem(TenantPlaces tenant, DeliveryRecord delivery, EventRecord? source, int erasures, DateTimeOffset leaseUntil)
{
    private long _leaseUntil = leaseUntil.UtcTicks;
    private volatile bool _lost;

    /// <summary>Whose place it takes.</summary>
    public TenantPlaces Tenant => tenant;

    public DeliveryRecord Delivery => delivery;

    public Lease Lease => new(delivery.Id, delivery.Fence);

    /// <summary>The event with its payload, if it waits in memory; otherwise it is read when the delivery's turn comes.</summary>
    public EventRecord? Event => source;

    /// <summary>How many erasures there had been before the event was read.</summary>
    public int Erasures => erasures;

    public DateTimeOffset LeaseUntil => new(Interlocked.Read(ref _leaseUntil), TimeSpan.Zero);

    /// <summary>The lease is no longer ours: the delivery was cancelled or recovered. It must not be started.</summary>
    public bool Lost => _lost;

    public void Prolong(DateTimeOffset until) => Interlocked.Exchange(ref _leaseUntil, until.UtcTicks);

    public void Lose() => _lost = true;
}
