using System.Collections.Immutable;

namespace ControlPlane.Storage.Embedded;

/// <summary>The signals of a store that only this process has open. None is lost, and nobody else changes anything.</summary>
internal sealed class CommitSignals : ISignals
{
    private ImmutableArray<Subscription> _all = [];

    public TimeSpan? PollInterval => null;

    public IDisposable Subscribe(Action<StoreSignal> received)
    {
        var subscription = new Subscription(this, received);
        ImmutableInterlocked.Update(ref _all, static (all, added) => all.Add(added), subscription);
        return subscription;
    }

    /// <summary>Signals after a commit that deliveries changed.</summary>
    public void DeliveriesChanged()
    {
        foreach (var subscription in _all)
        {
            subscription.Received(StoreSignal.DeliveriesChanged.Instance);
        }
    }

    private sealed class Subscription(CommitSignals owner, Action<StoreSignal> received) : IDisposable
    {
        public Action<StoreSignal> Received => received;

        public void Dispose() => ImmutableInterlocked.Update(ref owner._all, static (all, gone) => all.Remove(gone), this);
    }
}
