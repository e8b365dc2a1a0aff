using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Deliveries.Listing;
using ControlPlane.Server.Dispatching;
using ControlPlane.Server.Webhooks.Retries;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using static ControlPlane.V1.ExplainDeliveryRequest;
using DeliveryState = ControlPlane.Storage.DeliveryState;
using DeliveryTrigger = ControlPlane.Storage.DeliveryTrigger;

namespace ControlPlane.Server.Deliveries.Explaining;

/// <summary>Tells why an event is or is not on its way to a webhook. Reads only.</summary>
internal sealed class DeliveryExplainer(
    IDeliveryStore deliveries, IEventStore events, IWebhookStore webhooks, Lanes lanes, TimeProvider clock)
{
    /// <exception cref="RequestException">INVALID_ARGUMENT; NOT_FOUND.</exception>
    public async Task<ExplainDeliveryResponse> ExplainAsync(
        Caller caller, ExplainDeliveryRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        var (delivery, webhook, source) = request.TargetCase == TargetOneofCase.Pair
            ? await FindAsync(caller, request.Pair, cancellationToken)
            : await FindAsync(caller, request.DeliveryId, cancellationToken);
        var answer = new ExplainDeliveryResponse
        {
            Delivery = delivery is null ? null : DeliveryMapper.ToProto(delivery, caller.IsPlatform),
            Matched = delivery is not null && delivery.Trigger != DeliveryTrigger.Test && delivery.CreateTime <= source.CreateTime,
            Checks = { MatchChecks.Judge(webhook, source) },
            WebhookChanged = MatchChecks.ChangedSince(webhook, source.CreateTime),
            WebhookUpdateTime = webhook?.UpdateTime.ToTimestamp(),
        };
        if (delivery is not null)
        {
            var ahead = delivery.OrderingKey.Length > 0
                ? await deliveries.FindAheadAsync(delivery.Id, cancellationToken)
                : null;
            Add(answer, delivery, ahead, webhook);
        }

        answer.Summary = ExplanationSummary.Of(answer, replayed: delivery?.CreateTime > source.CreateTime);
        return answer;
    }

    private void Add(ExplainDeliveryResponse answer, DeliveryRecord delivery, DeliveryRecord? ahead, WebhookRecord? webhook)
    {
        var now = clock.GetUtcNow();
        var lane = lanes.Look(delivery.WebhookId, delivery.Id);
        answer.Waits.Add(WaitReasons.Judge(delivery, ahead, webhook, lane, lanes.Holds(delivery.Id), now));
        answer.NextAttempts.Add(ahead is null ? AttemptPlan.Of(delivery, webhook, now) : []);
        answer.Queue = lane is null ? null : new WebhookQueue
        {
            Queued = lane.Queued,
            InFlight = lane.InFlight,
            Limit = lane.Limit,
            Failing = lane.Failing,
            NextDueTime = lane.NextDue?.ToTimestamp(),
        };
        if (delivery is { Ended: false, State: not DeliveryState.InFlight })
        {
            answer.DueTime = delivery.NextAttemptTime?.ToTimestamp();
            answer.RetryNumber = delivery.RoundAttempts;
            answer.PolicyDelay = webhook is not null && delivery.RoundAttempts > 0
                ? RetryBackoff.Delay(webhook.RetryPolicy ?? RetryBackoff.Standard, delivery.RoundAttempts).ToDuration()
                : null;
        }
    }

    private async Task<(DeliveryRecord?, WebhookRecord?, MatchedEvent)> FindAsync(
        Caller caller, string deliveryId, CancellationToken cancellationToken)
    {
        var delivery = await deliveries.GetAsync(deliveryId, cancellationToken) is { } found && caller.Sees(found)
            ? found
            : throw RequestErrors.NotFound("delivery", deliveryId);
        return (
            delivery,
            await webhooks.GetAsync(delivery.WebhookId, cancellationToken),
            await ReadEventAsync(delivery, cancellationToken));
    }

    private async Task<(DeliveryRecord?, WebhookRecord?, MatchedEvent)> FindAsync(
        Caller caller, Types.Pair pair, CancellationToken cancellationToken)
    {
        var webhook = await webhooks.GetAsync(pair.WebhookId, cancellationToken) is { } found && caller.Sees(found) ? found : null;
        var page = await deliveries.ListAsync(
            new()
            {
                TenantId = webhook?.TenantId ?? caller.TenantId,
                WebhookId = pair.WebhookId,
                EventId = pair.EventId,
                Limit = 1,
            },
            cancellationToken);
        if (page.Items is [var delivery, ..] && caller.Sees(delivery))
        {
            return (delivery, webhook, await ReadEventAsync(delivery, cancellationToken));
        }

        // Event ids are unique within a tenant only, so without the webhook's there is nothing to look in.
        if (webhook is null)
        {
            throw RequestErrors.NotFound("webhook", pair.WebhookId);
        }

        // Events that none of its webhooks received are none of the caller's business if it is not the whole tenant's.
        return caller.WebhookIds is null && await events.FindAsync(pair.EventId, webhook.TenantId, cancellationToken) is [var source, ..]
            ? (null, webhook, new(source.TenantId, source.Type, source.Instance, source.CreateTime, source))
            : throw RequestErrors.NotFound("event", pair.EventId);
    }

    private async Task<MatchedEvent> ReadEventAsync(DeliveryRecord delivery, CancellationToken cancellationToken)
    {
        var found = await events.FindAsync(delivery.EventId, delivery.TenantId, cancellationToken);
        return found is [var stored, ..]
            ? new(delivery.TenantId, delivery.EventType, delivery.Instance, stored.CreateTime, stored)
            : new(delivery.TenantId, delivery.EventType, delivery.Instance, delivery.CreateTime, null);
    }

    private static void Check(ExplainDeliveryRequest request)
    {
        var violations = new Violations();
        switch (request.TargetCase)
        {
            case TargetOneofCase.None:
                violations.Add("target", "REQUIRED", "must be delivery_id or pair");
                break;
            case TargetOneofCase.Pair:
                FieldRules.RequireId(violations, "pair.event_id", request.Pair.EventId);
                FieldRules.RequireId(violations, "pair.webhook_id", request.Pair.WebhookId);
                break;
            default:
                FieldRules.RequireId(violations, "delivery_id", request.DeliveryId);
                break;
        }

        violations.ThrowIfAny();
    }
}
