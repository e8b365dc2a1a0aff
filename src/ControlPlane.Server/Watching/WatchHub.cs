using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Watching;

/// <summary>What a watcher reads at a time.</summary>
/// <param name="Changes">In revision order.</param>
/// <param name="Position">Where to read on.</param>
/// <param name="Changed">Completes when there is more.</param>
/// <param name="FromStore">Read from the store, where retention can have removed changes.</param>
internal readonly record struct WatchRead(IReadOnlyList<DeliveryRecord> Changes, long Position, Task Changed, bool FromStore);

/// <summary>Feeds the ring while anybody watches.</summary>
internal sealed class WatchHub(IChangeFeed feed, IOptions<WatchingOptions> options)
{
    private readonly Lock _lock = new();
    private readonly ChangeRing _ring = new(options.Value.Ring);
    private IDisposable? _subscription;
    private Task _begun = Task.CompletedTask;
    private int _watchers;

    /// <summary>Reads on from a position: from the ring if it reaches back that far, else from the store.</summary>
    public async ValueTask<WatchRead> ReadAsync(long after, int limit, CancellationToken cancellationToken)
    {
        List<DeliveryRecord> changes = [];
        if (_ring.TryRead(after, limit, changes, out var changed))
        {
            return new(changes, changes.Count > 0 ? changes[^1].Revision : after, changed, FromStore: false);
        }

        var head = await feed.GetHeadAsync(cancellationToken);
        var stored = await feed.ReadAfterAsync(after, limit, cancellationToken);
        var last = stored.Count > 0 ? stored[^1].Revision : after;
        // A read that was not cut short has seen everything up to the head from before it.
        return new(stored, stored.Count < limit ? Math.Max(head, last) : last, changed, FromStore: true);
    }

    /// <summary>Counts a watcher in until the answer is disposed of.</summary>
    public async ValueTask<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        Task begun;
        lock (_lock)
        {
            if (_watchers++ == 0)
            {
                _begun = BeginAsync();
            }

            begun = _begun;
        }

        var exit = new Exit(this);
        try
        {
            await begun.WaitAsync(cancellationToken);
            return exit;
        }
        catch
        {
            exit.Dispose();
            throw;
        }
    }

    private async Task BeginAsync()
    {
        // Nothing is complete until the subscription stands; the head read afterwards covers all that came before.
        var subscription = _subscription = feed.Subscribe(_ring.Append);
        var head = await feed.GetHeadAsync(CancellationToken.None);
        lock (_lock)
        {
            if (_subscription == subscription)
            {
                _ring.Complete(head);
            }
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_watchers == 0)
            {
                _subscription?.Dispose();
                _subscription = null;
                _ring.Reset();
            }
        }
    }

    private sealed class Exit(WatchHub hub) : IDisposable
    {
        private int _done;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _done, 1) == 0)
            {
                hub.Leave();
            }
        }
    }
}
