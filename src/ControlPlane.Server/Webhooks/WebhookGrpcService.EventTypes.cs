using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Paging;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.EventTypes;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Server.Webhooks;

/// <content>The catalogues of event types.</content>
internal sealed partial class WebhookGrpcService
{
    public override async Task<ListEventTypesResponse> ListEventTypes(ListEventTypesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        FieldRules.CheckId(violations, "tenant_id", request.TenantId);
        var paging = PageRequest.Read(request, request.PageSize, request.PageToken, violations);
        violations.ThrowIfAny();
        var tenantId = Caller.Of(context).ResolveListTenant(request.TenantId);
        var page = await eventTypeQueries.ListAsync(tenantId, paging, context.CancellationToken);
        return new() { EventTypes = { page.Items }, NextPageToken = paging.Token(page.Next) };
    }

    public override async Task<CreateEventTypeResponse> CreateEventType(CreateEventTypeRequest request, ServerCallContext context)
    {
        var draft = EventTypeValidator.Read(request);
        var tenantId = Caller.Of(context).ResolveTenant(draft.TenantId);
        return new() { EventType = EventTypeMapper.ToProto(await eventTypes.CreateAsync(tenantId, draft, context.CancellationToken)) };
    }

    public override async Task<UpdateEventTypeResponse> UpdateEventType(UpdateEventTypeRequest request, ServerCallContext context)
    {
        var draft = EventTypeValidator.Read(request);
        var tenantId = Caller.Of(context).ResolveTenant(draft.TenantId);
        return new() { EventType = EventTypeMapper.ToProto(await eventTypes.UpdateAsync(tenantId, draft, context.CancellationToken)) };
    }

    public override async Task<DeleteEventTypeResponse> DeleteEventType(DeleteEventTypeRequest request, ServerCallContext context)
    {
        EventTypeValidator.Check(request);
        var tenantId = Caller.Of(context).ResolveTenant(request.TenantId);
        await eventTypes.DeleteAsync(tenantId, request.Name, request.Etag, context.CancellationToken);
        return new();
    }
}
