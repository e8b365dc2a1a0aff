using System.Collections.Immutable;

namespace ControlPlane.Storage.Memory;

/// <summary>The committed state, and who gets signals of commits.</summary>
internal sealed class MemoryStore
{
    private readonly Lock _lock = new();
    private ImmutableList<Subscriber> _subscribers = [];
    private StoreState _state = new();

    public MemoryStore(TimeProvider clock)
    {
        Clock = clock;
        var now = clock.GetStoreNow();
        _state.Tenants = _state.Tenants.Add(
            0, new StoredTenant(0, new TenantRecord { Id = TenantRecord.DefaultId, CreateTime = now, UpdateTime = now }, 1, DeleteTime: null));
    }

    public TimeProvider Clock { get; }

    public StoreState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>Runs an operation on a copy of the state, which takes the state's place unless the operation throws.</summary>
    public T Write<T>(Func<StoreState, T> operation, MemorySession by)
    {
        lock (_lock)
        {
            var next = _state.Copy();
            var result = operation(next);
            var before = _state;
            _state = next;
            if (_subscribers.Count > 0)
            {
                Signal(before, next, by);
            }

            return result;
        }
    }

    public IDisposable Subscribe(Subscriber subscriber)
    {
        lock (_lock)
        {
            _subscribers = _subscribers.Add(subscriber);
        }

        return new Subscription(this, subscriber);
    }

    private void Signal(StoreState before, StoreState after, MemorySession by)
    {
        foreach (var signal in CommitSignals.Of(before, after))
        {
            // What this process changed it applies itself.
            foreach (var subscriber in _subscribers.Where(s => s.Session != by || signal is StoreSignal.DeliveriesChanged))
            {
                subscriber.Received(signal);
            }
        }
    }

    /// <summary>Who gets signals. Equal to no other.</summary>
    public sealed class Subscriber(MemorySession session, Action<StoreSignal> received)
    {
        public MemorySession Session => session;

        public Action<StoreSignal> Received => received;
    }

    private sealed class Subscription(MemoryStore store, Subscriber subscriber) : IDisposable
    {
        public void Dispose()
        {
            lock (store._lock)
            {
                store._subscribers = store._subscribers.Remove(subscriber);
            }
        }
    }
}
