using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Watching;

/// <summary>A feed that commits when the test says so. Like a store it keeps the latest state of each delivery only.</summary>
internal sealed class FakeFeed : IChangeFeed, ISignals
{
    private readonly Lock _lock = new();
    private readonly SortedList<long, DeliveryRecord> _stored = [];
    private readonly List<Action<StoreSignal>> _subscribers = [];

    public long Head { get; private set; }

    public long Floor { get; set; }

    public int StoreReads { get; private set; }

    public TimeSpan? PollInterval { get; set; }

    /// <summary>Whether commits are signalled.</summary>
    public bool Signalling { get; set; } = true;

    public int Subscribers => _subscribers.Count;

    public Action BeforeRead { get; set; } = () => { };

    /// <summary>Commits one change of each delivery.</summary>
    public void Commit(params string[] ids)
    {
        lock (_lock)
        {
            var changes = ids.Select(id => Records.Delivery(id, ++Head)).ToArray();
            foreach (var change in changes)
            {
                foreach (var (revision, _) in _stored.Where(entry => entry.Value.Id == change.Id).ToArray())
                {
                    _stored.Remove(revision);
                }

                _stored.Add(change.Revision, change);
            }

            foreach (var subscriber in Signalling ? _subscribers : [])
            {
                subscriber(StoreSignal.DeliveriesChanged.Instance);
            }
        }
    }

    public ValueTask<long> GetHeadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Head);

    public Task<IReadOnlyList<DeliveryRecord>> ReadAfterAsync(long revision, int limit, CancellationToken cancellationToken)
    {
        BeforeRead();
        lock (_lock)
        {
            StoreReads++;
            return Task.FromResult<IReadOnlyList<DeliveryRecord>>(
                [.. _stored.Where(entry => entry.Key > revision).Take(limit).Select(entry => entry.Value)]);
        }
    }

    public Task<long> GetFloorAsync(CancellationToken cancellationToken) => Task.FromResult(Floor);

    public Task<long> FindBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IDisposable Subscribe(Action<StoreSignal> received)
    {
        lock (_lock)
        {
            _subscribers.Add(received);
        }

        return new Subscription(() =>
        {
            lock (_lock)
            {
                _subscribers.Remove(received);
            }
        });
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
