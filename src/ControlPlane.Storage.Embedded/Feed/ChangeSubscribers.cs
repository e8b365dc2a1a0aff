using System.Collections.Immutable;

namespace ControlPlane.Storage.Embedded;

/// <summary>Who is called after a commit that changed deliveries.</summary>
internal sealed class ChangeSubscribers
{
    private ImmutableArray<Subscription> _all = [];

    public IDisposable Add(Action<IReadOnlyList<DeliveryRecord>> committed)
    {
        var subscription = new Subscription(this, committed);
        ImmutableInterlocked.Update(ref _all, static (all, added) => all.Add(added), subscription);
        return subscription;
    }

    public void Publish(IReadOnlyList<DeliveryRecord> changes)
    {
        foreach (var subscription in _all)
        {
            subscription.Committed(changes);
        }
    }

    private sealed class Subscription(ChangeSubscribers owner, Action<IReadOnlyList<DeliveryRecord>> committed) : IDisposable
    {
        public Action<IReadOnlyList<DeliveryRecord>> Committed => committed;

        public void Dispose() => ImmutableInterlocked.Update(ref owner._all, static (all, gone) => all.Remove(gone), this);
    }
}
