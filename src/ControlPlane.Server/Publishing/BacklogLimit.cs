using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Publishing;

/// <summary>
/// What does not fit into memory waits in the store, and the disk has an end too: beyond these limits it is better that publishers
/// wait than that everything stops. What is being stored counts from before it is, so that calls at the same moment do not exceed them.
/// </summary>
internal sealed class BacklogLimit(IDeliveryQueue queue, IOptions<PublishingOptions> options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _coming = new(StringComparer.Ordinal);
    private long _comingOfAll;

    /// <summary>Counts deliveries that are to be added, unless that is too many. Returns the refusal, or null if they were counted.</summary>
    public async ValueTask<PublishResult?> AddAsync(string tenantId, int count, CancellationToken cancellationToken)
    {
        var (ofTenant, ofAll) = await queue.CountBacklogAsync(tenantId, cancellationToken);
        var (mostOfTenant, most) = (options.Value.MaxBacklogPerTenant, options.Value.MaxBacklog);
        lock (_lock)
        {
            var coming = _coming.GetValueOrDefault(tenantId);
            if (mostOfTenant - ofTenant - coming < count)
            {
                return new PublishResult.BacklogFull(mostOfTenant, OfAll: false);
            }

            if (most - ofAll - _comingOfAll < count)
            {
                return new PublishResult.BacklogFull(most, OfAll: true);
            }

            _coming[tenantId] = coming + count;
            _comingOfAll += count;
            return null;
        }
    }

    /// <summary>They are stored, or will not be.</summary>
    public void Settle(string tenantId, int count)
    {
        lock (_lock)
        {
            _comingOfAll -= count;
            if ((_coming[tenantId] -= count) == 0)
            {
                _coming.Remove(tenantId);
            }
        }
    }
}
