using System.Text.Json.Nodes;
using ControlPlane.Server.Api.Errors;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>What became of the messages of an endpoint, and sending them again.</summary>
internal sealed class SvixDeliveries(SvixServices services, SvixPlaces places, TimeProvider clock)
{
    private const string Read = "deliveries.read";
    private const string Write = "deliveries.write";
    private const string Endpoint = "/app/{app_id}/endpoint/{endpoint_id}";
    private const string Ping = "svix.ping";
    private const int MostCounted = 100_000;
    private static readonly TimeSpan LongestStats = TimeSpan.FromDays(28);

    /// <summary>Callers' clocks are not this one.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    public void Map(SvixRoutes routes)
    {
        routes.Map("GET", $"{Endpoint}/msg", Read, ListMessagesAsync);
        routes.MapJson("POST", $"{Endpoint}/recover", Write, RecoverAsync);
        routes.MapJson("POST", $"{Endpoint}/replay-missing", Write, ReplayMissingAsync);
        routes.MapJson("POST", $"{Endpoint}/send-example", "webhooks.write", SendExampleAsync);
        routes.Map("GET", $"{Endpoint}/stats", Read, GetStatsAsync);
        routes.MapJson("POST", "/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/resend", Write, ResendAsync);
    }

    private async Task ListMessagesAsync(SvixCall call)
    {
        var query = call.Query;
        var (limit, iterator, channel) = (query.Limit(), query.Iterator(), query.Text("channel"));
        var (before, after, withContent) = (query.Time("before"), query.Time("after"), query.Flag("with_content", otherwise: true));
        var (status, expanded) = (query.Number("status", SvixAttempt.Success, SvixAttempt.Canceled), query.Flag("expanded_statuses"));
        var types = query.EventTypes();
        call.Require("events.read");
        var endpoint = await places.EndpointAsync(call);
        await call.AnswerAsync(
            StatusCodes.Status200OK,
            await SvixList.NewestFirstAsync(call, SvixMessage.Limit(limit, withContent), iterator, ReadAsync));

        async Task<SvixPart> ReadAsync(string place, int count)
        {
            var request = new ListDeliveriesRequest
            {
                TenantId = endpoint.TenantId,
                WebhookId = endpoint.Id,
                PageSize = count,
                PageToken = place,
                EventTypes = { types },
                CreatedAfter = after?.ToTimestamp(),
                CreatedBefore = before?.ToTimestamp(),
            };
            var page = await call.AskAsync(services.Deliveries.ListDeliveries, request);
            var entries = new List<SvixEntry>();
            foreach (var delivery in page.Deliveries)
            {
                var message = await FindAsync(call, delivery);
                var isWanted = (status is null || status == SvixAttempt.StatusOf(delivery.State, expanded)) && SvixMessage.IsIn(message, channel);
                entries.Add(new(message.Id, isWanted ? () => Task.FromResult(Show(delivery, message)) : null));
            }

            return new(entries, page.NextPageToken);
        }

        JsonObject Show(Delivery delivery, Event message)
        {
            var shown = SvixMessage.Show(message, withContent);
            SvixAttempt.ShowStatus(shown, SvixAttempt.StatusOf(delivery.State, expanded));
            if (delivery.NextAttemptTime is { } next)
            {
                shown["nextAttempt"] = SvixText.Time(next);
            }

            return shown;
        }
    }

    private async Task RecoverAsync(SvixCall call)
    {
        var (endpoint, since, until) = await ReadSpanAsync(call);
        var request = new RedriveDeliveriesRequest
        {
            TenantId = endpoint.TenantId,
            WebhookId = endpoint.Id,
            States = { DeliveryState.Dead },
            CreatedAfter = since,
            CreatedBefore = until,
        };
        await ShowTaskAsync(call, (await call.AskAsync(services.Deliveries.RedriveDeliveries, request)).RedriveId, "endpoint.recover");
    }

    private async Task ReplayMissingAsync(SvixCall call)
    {
        var (endpoint, since, until) = await ReadSpanAsync(call);
        var request = new ReplayEventsRequest { WebhookId = endpoint.Id, CreatedAfter = since, CreatedBefore = until };
        await ShowTaskAsync(call, (await call.AskAsync(services.Deliveries.ReplayEvents, request)).RedriveId, "endpoint.replay");
    }

    /// <summary>Reads what span of messages of an endpoint a task is about.</summary>
    private async Task<(Webhook Endpoint, Timestamp? Since, Timestamp? Until)> ReadSpanAsync(SvixCall call)
    {
        var body = await call.ReadBodyAsync();
        body.Require("since");
        var (since, until) = (SvixBodies.Time(body, "since"), SvixBodies.Time(body, "until"));
        body.End();
        if (until < since)
        {
            body.Note("until", "OUT_OF_RANGE", "must not be before since");
        }

        return (await places.EndpointAsync(call), since?.ToTimestamp(), until?.ToTimestamp());
    }

    private Task ShowTaskAsync(SvixCall call, string id, string task) => call.AnswerAsync(StatusCodes.Status202Accepted, new JsonObject
    {
        ["id"] = id,
        ["status"] = "running",
        ["task"] = task,
        ["updatedAt"] = SvixText.Time(clock.GetUtcNow().ToTimestamp()),
    });

    private async Task SendExampleAsync(SvixCall call)
    {
        var body = await call.ReadBodyAsync();
        body.Require("eventType");
        var type = body.Text("eventType") ?? "";
        body.End();
        var endpoint = await places.EndpointAsync(call);
        if (type != Ping && !await SvixEventTypes.ExistsAsync(services, call, endpoint.TenantId, type))
        {
            throw RequestErrors.NotFound("event type", type);
        }

        var sent = await call.AskAsync(services.Webhooks.TestWebhook, new TestWebhookRequest { WebhookId = endpoint.Id, EventType = type });
        await call.AnswerAsync(StatusCodes.Status200OK, SvixMessage.Show(await FindAsync(call, sent.Delivery), withContent: false));
    }

    private async Task GetStatsAsync(SvixCall call)
    {
        var (since, until) = (call.Query.Time("since"), call.Query.Time("until") ?? clock.GetUtcNow());
        var from = since ?? until - LongestStats;
        if (until > clock.GetUtcNow() + Slack || until - from > LongestStats + Slack)
        {
            call.Query.Refuse("since", "OUT_OF_RANGE", "must be at most 28 days before until, and that not in the future");
        }

        var endpoint = await places.EndpointAsync(call);
        var counts = new int[SvixAttempt.Canceled + 1];
        var request = new ListDeliveriesRequest
        {
            TenantId = endpoint.TenantId,
            WebhookId = endpoint.Id,
            PageSize = 1_000,
            CreatedAfter = from.ToTimestamp(),
            CreatedBefore = until.ToTimestamp(),
        };
        do
        {
            var page = await call.AskAsync(services.Deliveries.ListDeliveries, request);
            foreach (var delivery in page.Deliveries)
            {
                counts[SvixAttempt.StatusOf(delivery.State, expanded: true)]++;
            }

            request.PageToken = page.NextPageToken;
            if (counts.Sum() > MostCounted)
            {
                call.Query.Refuse("since", "TOO_MANY", $"must be later: more than {MostCounted} messages came since then");
                call.Check();
            }
        }
        while (request.PageToken.Length > 0);

        await call.AnswerAsync(StatusCodes.Status200OK, new JsonObject
        {
            ["success"] = counts[SvixAttempt.Success],
            ["pending"] = counts[SvixAttempt.Pending],
            ["sending"] = counts[SvixAttempt.Sending],
            ["fail"] = counts[SvixAttempt.Fail],
            ["canceled"] = counts[SvixAttempt.Canceled],
        });
    }

    private async Task ResendAsync(SvixCall call)
    {
        var body = await call.ReadBodyAsync();
        body.End();
        var message = await places.MessageAsync(call);
        var endpoint = await places.EndpointAsync(call);
        var request = new ListDeliveriesRequest { TenantId = message.TenantId, EventId = message.Id, WebhookId = endpoint.Id, PageSize = 1 };
        var delivery = (await call.LookAsync(services.Deliveries.ListDeliveries, request)).Deliveries.FirstOrDefault()
            ?? throw SvixUnanswered.Of("The message did not go to this endpoint before: only what did can be sent again.");
        try
        {
            await call.AskAsync(services.Deliveries.RetryDelivery, new RetryDeliveryRequest { DeliveryId = delivery.Id });
        }
        catch (RequestException e) when (e.Reason == "DELIVERY_NOT_ENDED")
        {
            // It is on its way, which is what was asked for.
        }

        await call.AnswerAsync(StatusCodes.Status202Accepted, new JsonObject());
    }

    /// <summary>The message of a delivery, or what the delivery knows of it.</summary>
    private async Task<Event> FindAsync(SvixCall call, Delivery delivery) =>
        await places.TryMessageAsync(call, delivery.TenantId, delivery.EventId)
        ?? new() { Id = delivery.EventId, Type = delivery.EventType, CreateTime = delivery.CreateTime };
}
