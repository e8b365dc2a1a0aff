using System.Collections.Immutable;

namespace ControlPlane.Storage.Memory;

/// <summary>The committed state, and who is told of commits.</summary>
internal sealed class MemoryStore
{
    private readonly Lock _lock = new();
    private ImmutableList<Action<IReadOnlyList<DeliveryRecord>>> _subscribers = [];
    private StoreState _state = new();

    public MemoryStore(TimeProvider clock)
    {
        Clock = clock;
        var now = clock.GetStoreNow();
        _state.Tenants = _state.Tenants.Add(
            0, new StoredTenant(0, new TenantRecord { Id = TenantRecord.DefaultId, CreateTime = now, UpdateTime = now }, 1, Deleted: false));
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
    public T Write<T>(Func<StoreState, T> operation)
    {
        lock (_lock)
        {
            var next = _state.Copy();
            var result = operation(next);
            _state = next;
            if (next.Changes.Count > 0)
            {
                _subscribers.ForEach(committed => committed(next.Changes));
            }

            return result;
        }
    }

    public IDisposable Subscribe(Action<IReadOnlyList<DeliveryRecord>> committed)
    {
        // A delegate of its own, so that the same callback can subscribe twice.
        Action<IReadOnlyList<DeliveryRecord>> own = changes => committed(changes);
        lock (_lock)
        {
            _subscribers = _subscribers.Add(own);
        }

        return new Subscription(this, own);
    }

    private sealed class Subscription(MemoryStore store, Action<IReadOnlyList<DeliveryRecord>> own) : IDisposable
    {
        public void Dispose()
        {
            lock (store._lock)
            {
                store._subscribers = store._subscribers.Remove(own);
            }
        }
    }
}
