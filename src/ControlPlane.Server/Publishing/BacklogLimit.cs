using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Publishing;

/// <summary>
/// What does not fit into memory waits in the store, and the disk has an end too: beyond these limits it is better that publishers
/// wait than that everything stops. What is being stored counts from before it is, so that calls at the same moment do not exceed them.
/// </summary>
internal sealed class BacklogLimit(IDeliveryQueue queue, IOptions<PublishingOptions> options)
{
    /// <summary>How often the store is asked, if what it answers can be out of date each time and that matters.</summary>
    private const int Tries = 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Pending> _tenants = new(StringComparer.Ordinal);
    private readonly Pending _all = new();

    /// <summary>Counts deliveries that are to be added, unless that is too many. Returns the refusal, or null if they were counted.</summary>
    public async ValueTask<PublishResult?> AddAsync(string tenantId, int count, CancellationToken cancellationToken)
    {
        var tenant = Enter(tenantId);
        try
        {
            for (var tries = 1; ; tries++)
            {
                var (settled, settledOfAll) = (Interlocked.Read(ref tenant.Settled), Interlocked.Read(ref _all.Settled));
                var stored = await queue.CountBacklogAsync(tenantId, cancellationToken);
                lock (_lock)
                {
                    if (Judge(stored.OfTenant + tenant.Coming, stored.OfAll + _all.Coming, count) is { } refused)
                    {
                        return refused;
                    }

                    // What was settled meanwhile is among those that are coming no more, and may be or not be among those that were counted.
                    var doubt = Judge(
                        stored.OfTenant + tenant.Coming + tenant.Settled - settled, stored.OfAll + _all.Coming + _all.Settled - settledOfAll, count);
                    if (doubt is null)
                    {
                        tenant.Coming += count;
                        _all.Coming += count;
                        return null;
                    }

                    if (tries == Tries)
                    {
                        return doubt;
                    }
                }
            }
        }
        finally
        {
            Leave(tenantId, tenant);
        }
    }

    /// <summary>They are stored, or will not be.</summary>
    public void Settle(string tenantId, int count)
    {
        lock (_lock)
        {
            var tenant = _tenants[tenantId];
            tenant.Settle(count);
            _all.Settle(count);
            Forget(tenantId, tenant);
        }
    }

    private Pending Enter(string tenantId)
    {
        lock (_lock)
        {
            if (!_tenants.TryGetValue(tenantId, out var tenant))
            {
                _tenants.Add(tenantId, tenant = new Pending());
            }

            tenant.Asking++;
            return tenant;
        }
    }

    private void Leave(string tenantId, Pending tenant)
    {
        lock (_lock)
        {
            tenant.Asking--;
            Forget(tenantId, tenant);
        }
    }

    private void Forget(string tenantId, Pending tenant)
    {
        if (tenant is { Asking: 0, Coming: 0 })
        {
            _tenants.Remove(tenantId);
        }
    }

    private PublishResult.BacklogFull? Judge(long ofTenant, long ofAll, int count)
    {
        var (mostOfTenant, most) = (options.Value.MaxBacklogPerTenant, options.Value.MaxBacklog);
        return mostOfTenant - ofTenant < count ? new PublishResult.BacklogFull(mostOfTenant, OfAll: false)
            : most - ofAll < count ? new PublishResult.BacklogFull(most, OfAll: true)
            : null;
    }

    /// <summary>Deliveries that are being stored.</summary>
    private sealed class Pending
    {
        public long Coming;

        /// <summary>Those that were, ever.</summary>
        public long Settled;

        /// <summary>Calls that ask how many there are.</summary>
        public int Asking;

        public void Settle(int count)
        {
            Coming -= count;
            Interlocked.Add(ref Settled, count);
        }
    }
}
