using ControlPlane.Egress;
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

    /// <summary>Of those who read history, one at a time does: it takes a processor.</summary>
    private readonly TenantGate _history = new(atOnce: 1, atOncePerTenant: 1);
    private FeedReader? _reader;
    private Task _begun = Task.CompletedTask;
    private int _watchers;

    /// <summary>Reads on from a position: from the ring if it reaches back that far, else from the store.</summary>
    /// <param name="after">The position.</param>
    /// <param name="limit">How many changes at most.</param>
    /// <param name="tenantId">Whose changes are wanted; null for everybody's. From the ring others' come as well.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask<WatchRead> ReadAsync(long after, int limit, string? tenantId, CancellationToken cancellationToken)
    {
        List<DeliveryRecord> changes = [];
        if (_ring.TryRead(after, limit, changes, out var changed))
        {
            return new(changes, changes.Count > 0 ? changes[^1].Revision : after, changed, FromStore: false);
        }

        using var turn = await _history.EnterAsync(tenantId ?? "", cancellationToken);
        var head = await feed.GetHeadAsync(cancellationToken);
        if (tenantId is not null)
        {
            var own = await feed.ReadAfterAsync(after, limit, tenantId, cancellationToken);
            return new(own.Changes, own.Next ?? Math.Max(head, own.Changes.Count > 0 ? own.Changes[^1].Revision : after), changed, FromStore: true);
        }

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
