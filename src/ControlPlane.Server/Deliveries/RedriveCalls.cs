using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Paging;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Deliveries.Listing;
using ControlPlane.Server.Deliveries.Redriving;
using ControlPlane.Storage;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Server.Deliveries;

/// <summary>The calls about redrives.</summary>
internal sealed class RedriveCalls(IRedriveStore redrives, RedriveStarts starts)
{
    public async Task<RedriveDeliveriesResponse> StartAsync(RedriveDeliveriesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var filter = RedriveValidator.CheckFilter(request, violations);
        var rate = RedriveValidator.CheckRate("max_rate_per_second", request.MaxRatePerSecond, violations);
        var caller = Caller.Of(context);
        if (filter.WebhookId is null && caller.WebhookIds is [_, _, ..])
        {
            violations.Add("webhook_id", "REQUIRED", "must be set: the API key is for several webhooks, and redrives are of one");
        }

        violations.ThrowIfAny();
        filter = filter.LimitedTo(caller, request.TenantId);
        if (request.ValidateOnly)
        {
            return new RedriveDeliveriesResponse { Count = (await CountAsync() ?? throw NoTenant(filter)).Count };
        }

        var audit = RedriveMapper.Audit(Initiator.Of(context));
        var redrive = await starts.StartAsync(filter, replay: null, rate, CountAsync, audit, context.CancellationToken) ?? throw NoTenant(filter);
        return new RedriveDeliveriesResponse { Count = redrive.Matched, RedriveId = redrive.Id };

        Task<RedriveScope?> CountAsync() => redrives.CountAsync(filter, context.CancellationToken);
    }

    public async Task<GetRedriveResponse> GetAsync(GetRedriveRequest request, ServerCallContext context) =>
        new() { Redrive = RedriveMapper.ToProto(await FindAsync(FieldRules.RequireId("redrive_id", request.RedriveId), context)) };

    public async Task<ListRedrivesResponse> ListAsync(ListRedrivesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        FieldRules.CheckId(violations, "tenant_id", request.TenantId);
        var paging = PageRequest.Read(request, request.PageSize, request.PageToken, violations);
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        var tenant = caller.ResolveListTenant(request.TenantId);
        var page = await BoundedPage.ReadAsync(paging, first: 128, ListAsync, RedriveMapper.ToProto);
        return new ListRedrivesResponse { Redrives = { page.Items }, NextPageToken = paging.Token(page.Next) };

        async Task<Page<RedriveRecord>> ListAsync(long? before, int limit)
        {
            var found = await redrives.ListAsync(tenant, before, limit, context.CancellationToken);
            return caller.WebhookIds is null ? found : new([.. found.Items.Where(redrive => IsSeen(redrive, caller))], found.Next);
        }
    }

    public async Task<CancelRedriveResponse> CancelAsync(CancelRedriveRequest request, ServerCallContext context)
    {
        var found = await FindAsync(FieldRules.RequireId("redrive_id", request.RedriveId), context);
        var changes = RedriveMapper.Compare(found, found with { State = Storage.RedriveState.Cancelled });
        var audit = Initiator.Of(context).Record(Storage.AuditAction.Cancelled, "redrive", found.Id, found.Filter.TenantId, changes);
        if (!await redrives.CancelAsync(found.Id, audit, context.CancellationToken))
        {
            throw RequestErrors.FailedPrecondition("REDRIVE_ENDED", found.Id, $"The redrive \"{found.Id}\" has ended already.");
        }

        return new CancelRedriveResponse { Redrive = RedriveMapper.ToProto(await FindAsync(found.Id, context)) };
    }

    private async Task<RedriveRecord> FindAsync(string id, ServerCallContext context) =>
        await redrives.GetAsync(id, context.CancellationToken) is { } redrive && IsSeen(redrive, Caller.Of(context))
            ? redrive
            : throw RequestErrors.NotFound("redrive", id);

    /// <summary>One over every tenant exists for platform keys only, one over every webhook not for keys that are for some.</summary>
    private static bool IsSeen(RedriveRecord redrive, Caller caller) => redrive.Filter switch
    {
        { TenantId: { } tenant, WebhookId: { } webhook } => caller.Sees(tenant, webhook),
        { TenantId: { } tenant } => caller.Sees(tenant) && caller.WebhookIds is null,
        _ => caller.IsPlatform,
    };

    private static RequestException NoTenant(DeliveryFilter filter) => RequestErrors.NotFound("tenant", filter.TenantId ?? "");
}
