using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;

namespace ControlPlane.Server.Publishing;

/// <summary>Erases events in small commits, so that publishes and attempts wait for none of them for long.</summary>
internal sealed class EventErasure(IErasureStore store, Lanes lanes, LeaseBook leases)
{
    private const int Batch = 50;

    /// <summary>How many tenants erase at a time: each looks through its events.</summary>
    public const int Most = 4;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _tenants = new(StringComparer.Ordinal);

    /// <summary>Begins; null if the tenant, or too many tenants, have begun already. To be disposed of at the end.</summary>
    public IDisposable? TryBegin(string tenantId)
    {
        lock (_lock)
        {
            return _tenants.Count < Most && _tenants.Add(tenantId) ? new Turn(this, tenantId) : null;
        }
    }

    /// <summary>Counts what there is to erase.</summary>
    public Task<long> CountAsync(ErasureWalk walk, CancellationToken cancellationToken) =>
        WalkAsync(walk, (positions, _) => Task.FromResult(positions.Count), cancellationToken);

    /// <summary>Erases everything that is meant; answers how many events that were. The audit log's entry is in the commit of the first of them.</summary>
    public async Task<long> EraseAsync(ErasureWalk walk, AuditRecord audit, CancellationToken cancellationToken)
    {
        var erased = await WalkAsync(
            walk,
            async (positions, before) =>
            {
                // Once begun it is awaited: what is in memory must not be sent after it.
                try
                {
                    return await store.EraseAsync(new Erasure(walk.TenantId, positions, before == 0 ? audit : null), CancellationToken.None);
                }
                finally
                {
                    lanes.NoteErasure();
                }
            },
            cancellationToken);
        if (erased > 0)
        {
            // What waited in lines behind it can go.
            foreach (var waiting in await leases.ListWaitingAsync(CancellationToken.None))
            {
                lanes.Expect(waiting.TenantId, waiting.WebhookId, waiting.Due);
            }
        }

        return erased;
    }

    private async Task<long> WalkAsync(ErasureWalk walk, Func<IReadOnlyList<long>, long, Task<int>> take, CancellationToken cancellationToken)
    {
        var all = 0L;
        walk = walk with { Limit = Batch };
        while (true)
        {
            var stretch = await store.FindAsync(walk, cancellationToken);
            if (stretch.Positions.Count > 0)
            {
                all += await take(stretch.Positions, all);
            }

            if (stretch.Next >= stretch.End)
            {
                return all;
            }

            cancellationToken.ThrowIfCancellationRequested();
            walk = walk with { From = stretch.Next, End = stretch.End };
        }
    }

    private sealed class Turn(EventErasure erasure, string tenantId) : IDisposable
    {
        public void Dispose()
        {
            lock (erasure._lock)
            {
                erasure._tenants.Remove(tenantId);
            }
        }
    }
}
