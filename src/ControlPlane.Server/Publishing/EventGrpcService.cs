using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Paging;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Telemetry;
using ControlPlane.Storage;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Server.Publishing;

/// <summary>EventService over gRPC.</summary>
internal sealed class EventGrpcService(
    Publisher publisher, IEventStore events, IDeliveryStore deliveries, EventValidator validator, TenantPlans plans, ErasureCalls erasures)
    : EventService.EventServiceBase
{
    private const int MaximumBatch = 1000;
    private const int MaximumTypeFilters = 50;

    public override async Task<PublishEventResponse> PublishEvent(PublishEventRequest request, ServerCallContext context)
    {
        var source = request.Event ?? new Event();
        var violations = new Violations();
        violations.Within("event");
        var draft = Check(source, violations) with { Trace = IncomingTraces.Of(context.GetHttpContext())[0] };
        violations.ThrowIfAny();
        var tenantId = Caller.Of(context).ResolveTenant(source.TenantId);
        var published = await PublishAsync(tenantId, [draft], _ => "event", context.CancellationToken);
        return EventMapper.ToProto(published[0]);
    }

    public override async Task<BatchPublishEventsResponse> BatchPublishEvents(BatchPublishEventsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        if (request.Events.Count is 0 or > MaximumBatch)
        {
            violations.Add("events", "COUNT_OUT_OF_RANGE", $"must have 1 to {MaximumBatch} entries");
            violations.ThrowIfAny();
        }

        var tenant = request.Events[0].TenantId;
        var traces = IncomingTraces.Of(context.GetHttpContext());
        var drafts = new EventDraft[request.Events.Count];
        for (var i = 0; i < drafts.Length; i++)
        {
            violations.Within("events", i);
            drafts[i] = Check(request.Events[i], violations) with { Trace = traces[i] };
            if (request.Events[i].TenantId != tenant)
            {
                violations.Add("tenant_id", "TENANT_DIFFERS", "must be the same in all events of a batch");
            }
        }

        violations.ThrowIfAny();
        var tenantId = Caller.Of(context).ResolveTenant(tenant);
        var published = await PublishAsync(tenantId, drafts, i => $"events[{i}]", context.CancellationToken);
        return new BatchPublishEventsResponse { Results = { published.Select(EventMapper.ToProto) } };
    }

    public override async Task<GetEventResponse> GetEvent(GetEventRequest request, ServerCallContext context)
    {
        var wrong = new Violations();
        FieldRules.RequireId(wrong, "event_id", request.EventId);
        FieldRules.CheckId(wrong, "tenant_id", request.TenantId);
        wrong.ThrowIfAny();
        var caller = Caller.Of(context);
        var tenantId = request.TenantId.Length > 0 ? caller.ResolveTenant(request.TenantId) : caller.TenantId;
        var found = await events.FindAsync(request.EventId, tenantId, context.CancellationToken);
        if (found.Count > 1)
        {
            var violations = new Violations();
            violations.Add("tenant_id", "EVENT_ID_AMBIGUOUS", "must be set: several tenants chose this event id");
            violations.ThrowIfAny();
        }

        return found.Count == 1 && (caller.WebhookIds is null || await IsReceivedAsync(caller, found[0], context.CancellationToken))
            ? new GetEventResponse { Event = EventMapper.ToProto(found[0]) }
            : throw RequestErrors.NotFound("event", request.EventId);
    }

    /// <summary>Whether one of the webhooks that the caller's key is for has a delivery of the event.</summary>
    private async Task<bool> IsReceivedAsync(Caller caller, EventRecord found, CancellationToken cancellationToken)
    {
        var query = new DeliveryQuery { TenantId = found.TenantId, EventId = found.Id, Limit = 1_000 };
        while (true)
        {
            var page = await deliveries.ListAsync(query, cancellationToken);
            if (page.Next is null || page.Items.Any(caller.Sees))
            {
                return page.Items.Any(caller.Sees);
            }

            query = query with { Before = page.Next };
        }
    }

    public override async Task<ListEventsResponse> ListEvents(ListEventsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        FieldRules.CheckId(violations, "tenant_id", request.TenantId);
        var paging = PageRequest.Read(request, request.PageSize, request.PageToken, violations);
        EventTypeRules.CheckPatterns(violations, "event_types", request.EventTypes, MaximumTypeFilters);
        FieldRules.CheckInstance(violations, "instance", request.Instance);
        var after = ProtoTimes.CheckBound(violations, "created_after", request.CreatedAfter);
        var before = ProtoTimes.CheckBound(violations, "created_before", request.CreatedBefore);
        violations.ThrowIfAny();
        var query = new EventQuery
        {
            TenantId = Caller.Of(context).ResolveListTenant(request.TenantId),
            EventTypes = [.. request.EventTypes],
            Instance = request.Instance.Length > 0 ? request.Instance : null,
            CreatedAfter = after,
            CreatedBefore = before,
        };
        var page = await BoundedPage.ReadAsync(
            paging,
            first: 256,
            (position, limit) => events.ListAsync(query with { Before = position, Limit = limit }, context.CancellationToken),
            EventMapper.ToProto);
        return new ListEventsResponse { Events = { page.Items }, NextPageToken = paging.Token(page.Next) };
    }

    public override Task<EraseEventsResponse> EraseEvents(EraseEventsRequest request, ServerCallContext context) =>
        erasures.EraseAsync(request, context);

    private EventDraft Check(Event source, Violations violations)
    {
        if (OperationalTypes.Covers(source.Type))
        {
            violations.Add("type", "EVENT_TYPE_RESERVED", OperationalTypes.Reserved);
        }

        return validator.Check(source, violations);
    }

    private async Task<IReadOnlyList<AppendedEvent>> PublishAsync(
        string tenantId, EventDraft[] drafts, Func<int, string> field, CancellationToken cancellationToken)
    {
        await plans.RequireAsync(tenantId, Features.Publish, cancellationToken);
        return await publisher.PublishAsync(tenantId, drafts, cancellationToken) switch
        {
            PublishResult.Published published => published.Events,
            var refused => throw PublishRefusals.Of(refused, tenantId, drafts, field),
        };
    }
}
