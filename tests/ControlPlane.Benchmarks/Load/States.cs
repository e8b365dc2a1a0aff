using ControlPlane.Benchmarks.Processes;
using ControlPlane.V1;

namespace ControlPlane.Benchmarks.Load;

/// <summary>Asks which deliveries there are.</summary>
internal static class States
{
    public static readonly IReadOnlyList<DeliveryState> Live =
        [DeliveryState.Pending, DeliveryState.InFlight, DeliveryState.RetryScheduled];

    public static readonly IReadOnlyList<DeliveryState> Failed = [DeliveryState.Dead, DeliveryState.Cancelled];

    /// <summary>Whether any delivery is in one of these states.</summary>
    public static async Task<bool> AnyAsync(
        ServerClients clients, IReadOnlyList<DeliveryState> states, CancellationToken cancellationToken)
    {
        var request = new ListDeliveriesRequest { PageSize = 1, States = { states } };
        do
        {
            var page = await clients.Deliveries.ListDeliveriesAsync(request, cancellationToken: cancellationToken);
            if (page.Deliveries.Count > 0)
            {
                return true;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return false;
    }
}
