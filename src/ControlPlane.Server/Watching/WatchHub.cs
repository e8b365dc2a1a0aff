using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Watching;

/// <summary>What a watcher reads at a time.</summary>
/// <param name="Changes">In revision order.</param>
/// <param name="Position">Where to read on.</param>
/// <param name="Changed">Completes when there is more.</param>
/// <param name="FromStore">Read from the store, where retention can have removed changes.</param>
internal readonly record struct WatchRead(IReadOnlyList<DeliveryRecord> Changes, long Position, Task Changed, bool FromStore);

/// <summary>Reads the change feed into the ring while anybody watches, once for all watchers.</summary>
internal sealed class WatchHub(
    IChangeFeed feed, ISignals signals, IOptions<WatchingOptions> options, TimeProvider clock, ILogger<FeedReader> log)
    : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ChangeRing _ring = new(options.Value.Ring);
    private FeedReader? _reader;
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
                // It subscribes, so whatever is committed after the head that is read next is signalled.
                _reader = new FeedReader(feed, signals, clock, log);
                _begun = BeginAsync(_reader);
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

    public void Dispose() => _reader?.Dispose();

    private void Leave()
    {
        lock (_lock)
        {
            if (--_watchers == 0)
            {
                _reader!.Dispose();
                _reader = null;
                _ring.Reset();
            }
        }
    }

    private async Task BeginAsync(FeedReader reader)
    {
        var head = await feed.GetHeadAsync(CancellationToken.None);
        Fill(reader, () => _ring.Complete(head));
        _ = reader.RunAsync(head, changes => Fill(reader, () => _ring.Append(changes)));
    }

    /// <summary>Changes the ring, unless the last watcher has left since.</summary>
    private void Fill(FeedReader reader, Action fill)
    {
        lock (_lock)
        {
            if (_reader == reader)
            {
                fill();
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
