using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Publishing;

/// <summary>
/// What does not fit into memory waits in the store, and the disk has an end too: beyond these limits it is better that publishers
/// wait than that everything stops.
/// </summary>
internal sealed class BacklogLimit(IDeliveryQueue queue, IOptions<PublishingOptions> options)
{
    /// <summary>What speaks against deliveries being added now, or null.</summary>
    public async ValueTask<PublishResult?> CheckAsync(string tenantId, CancellationToken cancellationToken)
    {
        var (ofTenant, ofAll) = await queue.CountBacklogAsync(tenantId, cancellationToken);
        var (mostOfTenant, most) = (options.Value.MaxBacklogPerTenant, options.Value.MaxBacklog);
        return ofTenant >= mostOfTenant ? new PublishResult.BacklogFull(mostOfTenant, OfAll: false)
            : ofAll >= most ? new PublishResult.BacklogFull(most, OfAll: true)
            : null;
    }
}
