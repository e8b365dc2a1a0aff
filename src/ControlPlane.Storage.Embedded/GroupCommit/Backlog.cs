using System.Collections.Concurrent;

namespace ControlPlane.Storage.Embedded;

/// <summary>
/// How many deliveries of each tenant have not ended. Counted once when the store is opened and kept by the writer from then on, so
/// that asking costs nothing.
/// </summary>
internal sealed class Backlog
{
    private readonly ConcurrentDictionary<string, long> _committed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _changes = new(StringComparer.Ordinal);
    private long _total;

    /// <summary>Begins with what is stored: numbers of deliveries that have not ended, with their tenants.</summary>
    public Backlog(IEnumerable<(string TenantId, long Count)> stored)
    {
        foreach (var (tenant, count) in stored)
        {
            Add(tenant, count);
        }

        Commit();
    }

    /// <summary>Of one tenant and of all, as last committed. For any thread.</summary>
    public BacklogCount Of(string tenantId) => new(_committed.GetValueOrDefault(tenantId), Interlocked.Read(ref _total));

    /// <summary>Within a transaction: deliveries began or ended.</summary>
    public void Add(string tenantId, long count)
    {
        _changes.TryGetValue(tenantId, out var changed);
        _changes[tenantId] = changed + count;
    }

    public void Commit()
    {
        foreach (var (tenant, count) in _changes)
        {
            // Only the writer changes the numbers.
            var now = _committed.GetValueOrDefault(tenant) + count;
            if (now == 0)
            {
                _committed.TryRemove(tenant, out _);
            }
            else
            {
                _committed[tenant] = now;
            }

            Interlocked.Add(ref _total, count);
        }

        _changes.Clear();
    }

    public void Rollback() => _changes.Clear();
}
