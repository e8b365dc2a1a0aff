using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Paging;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Deliveries.Explaining;
using ControlPlane.Server.Deliveries.Listing;
using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Server.Deliveries;

/// <summary>DeliveryService over gRPC.</summary>
internal sealed class DeliveryGrpcService(
    IDeliveryStore deliveries, Lanes lanes, DeliveryJobs jobs, StatsCalls stats, DeliveryWatch watch, DeliveryExplainer explainer,
    TimeProvider clock)
    : DeliveryService.DeliveryServiceBase
{
    public override async Task<ListDeliveriesResponse> ListDeliveries(ListDeliveriesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var paging = PageRequest.Read(request, request.PageSize, request.PageToken, violations);
        var filter = DeliveryFilterValidator.Check(request, violations);
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        filter = filter.LimitedTo(caller, request.TenantId);
        var page = await BoundedPage.ReadAsync(
            paging,
            first: 1_000,
            (before, limit) => DeliveryMerge.ListAsync(deliveries, caller, filter with { Before = before, Limit = limit }, context.CancellationToken),
            delivery => DeliveryMapper.ToProto(delivery, caller.IsPlatform));
        return new ListDeliveriesResponse { Deliveries = { page.Items }, NextPageToken = paging.Token(page.Next) };
    }

    public override async Task<GetDeliveryResponse> GetDelivery(GetDeliveryRequest request, ServerCallContext context)
    {
        var delivery = await FindAsync(FieldRules.RequireId("delivery_id", request.DeliveryId), context);
        var attempts = await deliveries.ListAttemptsAsync(delivery.Id, context.CancellationToken);
        return new GetDeliveryResponse { Delivery = DeliveryMapper.ToProto(delivery, attempts, Caller.Of(context).IsPlatform) };
    }

    public override async Task<RetryDeliveryResponse> RetryDelivery(RetryDeliveryRequest request, ServerCallContext context)
    {
        var found = await FindAsync(FieldRules.RequireId("delivery_id", request.DeliveryId), context);
        var result = await deliveries.RetryAsync(
            found.Id, Initiator.Of(context).Record(Storage.AuditAction.Retried, "delivery", found.Id, found.TenantId), context.CancellationToken);
        var delivery = Unwrap(result, found.Id, "DELIVERY_NOT_ENDED", "is still on its way; only a delivery that has ended can be retried.");
        lanes.Expect(delivery.TenantId, delivery.WebhookId, clock.GetUtcNow());
        return new RetryDeliveryResponse { Delivery = DeliveryMapper.ToProto(delivery, Caller.Of(context).IsPlatform) };
    }

    public override async Task<CancelDeliveryResponse> CancelDelivery(CancelDeliveryRequest request, ServerCallContext context)
    {
        var found = await FindAsync(FieldRules.RequireId("delivery_id", request.DeliveryId), context);
        var result = await deliveries.CancelAsync(
            found.Id, Initiator.Of(context).Record(Storage.AuditAction.Cancelled, "delivery", found.Id, found.TenantId), context.CancellationToken);
        var delivery = Unwrap(result, found.Id, "DELIVERY_ENDED", "has ended already.");
        lanes.Forget(delivery.Id);
        if (delivery.OrderingKey.Length > 0)
        {
            // What waited behind it can go.
            lanes.Expect(delivery.TenantId, delivery.WebhookId, clock.GetUtcNow());
        }

        return new CancelDeliveryResponse { Delivery = DeliveryMapper.ToProto(delivery, Caller.Of(context).IsPlatform) };
    }

    public override Task<RedriveDeliveriesResponse> RedriveDeliveries(RedriveDeliveriesRequest request, ServerCallContext context) =>
        jobs.Redrives.StartAsync(request, context);

    public override Task<ReplayEventsResponse> ReplayEvents(ReplayEventsRequest request, ServerCallContext context) =>
        jobs.Replays.StartAsync(request, context);

    public override Task<GetRedriveResponse> GetRedrive(GetRedriveRequest request, ServerCallContext context) =>
        jobs.Redrives.GetAsync(request, context);

    public override Task<ListRedrivesResponse> ListRedrives(ListRedrivesRequest request, ServerCallContext context) =>
        jobs.Redrives.ListAsync(request, context);

    public override Task<CancelRedriveResponse> CancelRedrive(CancelRedriveRequest request, ServerCallContext context) =>
        jobs.Redrives.CancelAsync(request, context);

    public override Task<GetWebhookStatsResponse> GetWebhookStats(GetWebhookStatsRequest request, ServerCallContext context) =>
        stats.GetAsync(request, Caller.Of(context), context.CancellationToken);

    public override Task<ExplainDeliveryResponse> ExplainDelivery(ExplainDeliveryRequest request, ServerCallContext context) =>
        explainer.ExplainAsync(Caller.Of(context), request, context.CancellationToken);

    public override Task WatchDeliveries(
        WatchDeliveriesRequest request, IServerStreamWriter<WatchDeliveriesResponse> responseStream, ServerCallContext context) =>
        watch.RunAsync(request, responseStream, context);

    private async Task<DeliveryRecord> FindAsync(string id, ServerCallContext context) =>
        await deliveries.GetAsync(id, context.CancellationToken) is { } delivery && Caller.Of(context).Sees(delivery)
            ? delivery
            : throw RequestErrors.NotFound("delivery", id);

    private static DeliveryRecord Unwrap(RetryOrCancelResult result, string id, string wrongState, string explanation) => result.Outcome switch
    {
        RetryOrCancelOutcome.Done => result.Delivery!,
        RetryOrCancelOutcome.WrongState => throw RequestErrors.FailedPrecondition(wrongState, id, $"The delivery \"{id}\" {explanation}"),
        RetryOrCancelOutcome.WebhookDeleted => throw RequestErrors.FailedPrecondition(
            "WEBHOOK_DELETED", id, $"The webhook of the delivery \"{id}\" was deleted."),
        RetryOrCancelOutcome.PayloadExpired => throw RequestErrors.FailedPrecondition(
            "PAYLOAD_EXPIRED", id, $"The payload of the delivery \"{id}\" is no longer stored."),
        _ => throw RequestErrors.NotFound("delivery", id),
    };
}
