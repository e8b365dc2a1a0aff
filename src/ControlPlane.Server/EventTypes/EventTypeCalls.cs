using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Paging;
using ControlPlane.Server.Api.Validation;
using ControlPlane.V1;

namespace ControlPlane.Server.EventTypes;

/// <summary>The calls about the catalogues of event types.</summary>
internal sealed class EventTypeCalls(EventTypeQueries queries, EventTypeChanges changes)
{
    public async Task<ListEventTypesResponse> ListAsync(
        ListEventTypesRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        FieldRules.CheckId(violations, "tenant_id", request.TenantId);
        var paging = PageRequest.Read(request, request.PageSize, request.PageToken, violations);
        violations.ThrowIfAny();
        var tenantId = caller.ResolveListTenant(request.TenantId);
        var page = await BoundedPage.ReadAsync(
            paging,
            first: 256,
            (before, limit) => queries.ListAsync(tenantId, paging with { Before = before, Size = limit }, cancellationToken),
            type => type);
        return new() { EventTypes = { page.Items }, NextPageToken = paging.Token(page.Next) };
    }

    public async Task<CreateEventTypeResponse> CreateAsync(
        CreateEventTypeRequest request, Caller caller, Initiator by, CancellationToken cancellationToken)
    {
        var draft = EventTypeValidator.Read(request);
        var tenantId = caller.ResolveTenant(draft.TenantId);
        return new() { EventType = EventTypeMapper.ToProto(await changes.CreateAsync(tenantId, draft, by, cancellationToken)) };
    }

    public async Task<UpdateEventTypeResponse> UpdateAsync(
        UpdateEventTypeRequest request, Caller caller, Initiator by, CancellationToken cancellationToken)
    {
        var draft = EventTypeValidator.Read(request);
        var tenantId = caller.ResolveTenant(draft.TenantId);
        return new() { EventType = EventTypeMapper.ToProto(await changes.UpdateAsync(tenantId, draft, by, cancellationToken)) };
    }

    public async Task<DeleteEventTypeResponse> DeleteAsync(
        DeleteEventTypeRequest request, Caller caller, Initiator by, CancellationToken cancellationToken)
    {
        EventTypeValidator.Check(request);
        var tenantId = caller.ResolveTenant(request.TenantId);
        await changes.DeleteAsync(tenantId, request.Name, request.Etag, by, cancellationToken);
        return new();
    }
}
