using ControlPlane.Storage;

namespace ControlPlane.Server.Catalog;

/// <summary>Deliveries that wait for webhooks which no longer exist.</summary>
internal static class OrphanedDeliveries
{
    /// <summary>
    /// Cancels all of them, batch by batch. Returns how many were cancelled. It is not tied to a caller: the webhooks are gone, and
    /// nobody else would cancel what waits for them until the next start.
    /// </summary>
    public static async Task<int> CancelAllOrphansAsync(this IDeliveryStore deliveries)
    {
        var cancelled = 0;
        while (await deliveries.CancelOrphansAsync(CancellationToken.None) is > 0 and var batch)
        {
            cancelled += batch;
        }

        return cancelled;
    }
}
