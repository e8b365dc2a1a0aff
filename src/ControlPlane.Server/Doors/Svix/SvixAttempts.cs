using System.Text.Json.Nodes;
using ControlPlane.Server.Api.Errors;
using ControlPlane.V1;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Attempts by endpoint and by message, one of them, and where a message went.</summary>
internal sealed class SvixAttempts(SvixServices services, SvixPlaces places)
{
    private const string Read = "deliveries.read";
    private const string ReadWebhooks = "webhooks.read";

    public void Map(SvixRoutes routes)
    {
        routes.Map("GET", "/app/{app_id}/attempt/endpoint/{endpoint_id}", Read, ListByEndpointAsync);
        routes.Map("GET", "/app/{app_id}/attempt/msg/{msg_id}", Read, ListByMessageAsync);
        routes.Map("GET", "/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}", Read, GetAsync);
        routes.Map("DELETE", "/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}/content", "admin", ExpungeAsync);
        routes.Map("GET", "/app/{app_id}/msg/{msg_id}/endpoint", Read, ListDestinationsAsync);
    }

    private async Task ListByEndpointAsync(SvixCall call)
    {
        call.Require(ReadWebhooks);
        var selection = SvixAttemptQuery.Read(call);
        var endpoint = await places.EndpointAsync(call);
        var request = selection.Request(endpoint.TenantId);
        request.WebhookId = endpoint.Id;
        await AnswerAsync(call, selection, request);
    }

    private async Task ListByMessageAsync(SvixCall call)
    {
        call.Require(ReadWebhooks);
        var selection = SvixAttemptQuery.Read(call);
        var endpoint = call.Query.Text("endpoint_id");
        var message = await places.MessageAsync(call);
        var request = selection.Request(message.TenantId);
        request.EventId = message.Id;
        if (endpoint is not null)
        {
            request.WebhookId = (await places.TryEndpointAsync(call, message.TenantId, endpoint)
                ?? throw RequestErrors.NotFound("endpoint", endpoint)).Id;
        }

        await AnswerAsync(call, selection, request);
    }

    private async Task GetAsync(SvixCall call)
    {
        call.Require(ReadWebhooks);
        // An attempt has succeeded or failed in either case.
        call.Query.Flag("expanded_statuses");
        var message = await places.MessageAsync(call);
        var id = call.Path("attempt_id");
        call.Check();
        var (delivery, attempt) = await FindAsync(call, message, id) ?? throw RequestErrors.NotFound("attempt", id);
        await call.AnswerAsync(
            StatusCodes.Status200OK, SvixAttempt.Show(delivery, attempt, await UrlAsync(call, delivery.WebhookId), withContent: true));
    }

    private async Task ExpungeAsync(SvixCall call)
    {
        var message = await places.MessageAsync(call);
        var id = call.Path("attempt_id");
        call.Check();
        if (await FindAsync(call, message, id) is null)
        {
            throw RequestErrors.NotFound("attempt", id);
        }

        throw SvixUnanswered.Of("This server cannot delete the response of one attempt: it is deleted with the content of its message, and when its retention ends.");
    }

    private async Task ListDestinationsAsync(SvixCall call)
    {
        call.Require(ReadWebhooks);
        var (limit, iterator) = (call.Query.Limit(), call.Query.Iterator());
        var message = await places.MessageAsync(call);
        await call.AnswerAsync(StatusCodes.Status200OK, await SvixList.NewestFirstAsync(call, limit, iterator, ReadAsync));

        async Task<SvixPart> ReadAsync(string place, int count)
        {
            var request = new ListDeliveriesRequest { TenantId = message.TenantId, EventId = message.Id, PageSize = count, PageToken = place };
            var page = await call.AskAsync(services.Deliveries.ListDeliveries, request);
            var entries = new List<SvixEntry>();
            foreach (var delivery in page.Deliveries)
            {
                var webhook = await FindWebhookAsync(call, delivery.WebhookId);
                entries.Add(new(delivery.WebhookId, webhook is null ? null : () => Task.FromResult(SvixAttempt.Show(delivery, webhook))));
            }

            return new(entries, page.NextPageToken);
        }
    }

    private async Task AnswerAsync(SvixCall call, SvixAttemptQuery selection, ListDeliveriesRequest request)
    {
        var urls = new Dictionary<string, string>(StringComparer.Ordinal);
        var walk = new SvixAttemptWalk(services, places, call, request, selection.Channel);
        await call.AnswerAsync(StatusCodes.Status200OK, await SvixList.NewestFirstAsync(
            call, selection.Limit, selection.Iterator, (place, count) => walk.ReadAsync(place, count, selection.Accepts, ShowAsync)));

        async Task<JsonObject> ShowAsync(Delivery delivery, Attempt attempt)
        {
            if (!urls.TryGetValue(delivery.WebhookId, out var url))
            {
                urls[delivery.WebhookId] = url = await UrlAsync(call, delivery.WebhookId);
            }

            return SvixAttempt.Show(delivery, attempt, url, selection.WithContent);
        }
    }

    private async Task<(Delivery Delivery, Attempt Attempt)?> FindAsync(SvixCall call, Event message, string id)
    {
        if (SvixAttempt.ReadId(id) is var (deliveryId, number)
            && await call.FindAsync(services.Deliveries.GetDelivery, new GetDeliveryRequest { DeliveryId = deliveryId }) is { Delivery: var delivery }
            && (delivery.TenantId, delivery.EventId) == (message.TenantId, message.Id)
            && delivery.Attempts.FirstOrDefault(attempt => attempt.Number == number) is { } found)
        {
            return (delivery, found);
        }

        return null;
    }

    private async Task<Webhook?> FindWebhookAsync(SvixCall call, string webhookId) =>
        (await call.FindAsync(services.Webhooks.GetWebhook, new GetWebhookRequest { WebhookId = webhookId }))?.Webhook;

    /// <summary>Where the webhook is now; empty if it was deleted.</summary>
    private async Task<string> UrlAsync(SvixCall call, string webhookId) => (await FindWebhookAsync(call, webhookId))?.Url ?? "";
}
