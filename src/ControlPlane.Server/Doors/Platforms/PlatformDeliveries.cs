using System.Runtime.CompilerServices;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Deliveries;
using ControlPlane.Server.Publishing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Server.Doors.Platforms;

/// <summary>The deliveries of the account that calls a platform's API.</summary>
internal sealed class PlatformDeliveries(DoorCalls calls, DeliveryGrpcService deliveries, EventGrpcService events)
{
    /// <summary>How many entries the logs of a webhook have.</summary>
    private const int MostLogs = 100;

    public Task<ListDeliveriesResponse> ListAsync(HttpContext context, ListDeliveriesRequest request) =>
        calls.CallAsync(context, deliveries.ListDeliveries, request);

    /// <summary>The last deliveries to a webhook, newest first.</summary>
    public async IAsyncEnumerable<Delivery> LogsAsync(
        HttpContext context, string webhookId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListDeliveriesRequest { WebhookId = webhookId, PageSize = MostLogs };
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = await ListAsync(context, request);
            foreach (var delivery in page.Deliveries)
            {
                yield return delivery;
            }

            request.PageSize -= page.Deliveries.Count;
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0 && request.PageSize > 0);
    }

    /// <summary>The same with their events, whose payloads are read one by one; null for an event that is no longer stored.</summary>
    public async IAsyncEnumerable<T> LogsAsync<T>(
        HttpContext context, string webhookId, Func<Delivery, Event?, T> show, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var delivery in LogsAsync(context, webhookId, cancellationToken))
        {
            yield return show(delivery, await FindEventAsync(context, delivery));
        }
    }

    /// <summary>Whether there is an event that anything was delivered of.</summary>
    public async Task<bool> IsEventAsync(HttpContext context, string eventId) =>
        (await ListAsync(context, new ListDeliveriesRequest { EventId = eventId, PageSize = 1 })).Deliveries.Count > 0;

    /// <summary>Sends a delivery that ended once more.</summary>
    public Task<RetryDeliveryResponse> RetryAsync(HttpContext context, string deliveryId) =>
        calls.CallAsync(context, deliveries.RetryDelivery, new RetryDeliveryRequest { DeliveryId = deliveryId });

    /// <summary>Sends every delivery of an event that was given up once more. Returns how many there are.</summary>
    public async Task<int> RedriveAsync(HttpContext context, string eventId)
    {
        var request = new RedriveDeliveriesRequest { EventId = eventId, ValidateOnly = true };
        var count = (await calls.CallAsync(context, deliveries.RedriveDeliveries, request)).Count;
        if (count == 0)
        {
            return 0;
        }

        request.ValidateOnly = false;
        return (int)(await calls.CallAsync(context, deliveries.RedriveDeliveries, request)).Count;
    }

    private async Task<Event?> FindEventAsync(HttpContext context, Delivery delivery)
    {
        try
        {
            return (await calls.CallAsync(
                context, events.GetEvent, new GetEventRequest { EventId = delivery.EventId, TenantId = delivery.TenantId })).Event;
        }
        catch (RequestException e) when (e.Code == StatusCode.NotFound)
        {
            return null;
        }
    }
}
