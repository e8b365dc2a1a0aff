using System.Reflection;
using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Paging;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Maintenance;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Server.Administration;

/// <summary>Tenants, API keys and what server this is.</summary>
internal sealed partial class AdminGrpcService(
    TenantAdmin tenants, ApiKeyAdmin keys, StorageEngine engine, StoreBackups backups, StoreChecks checks, NodeIdentity node, TimeProvider clock)
    : AdminService.AdminServiceBase
{
    private static readonly string Version = ReadVersion();

    public override async Task<CreateTenantResponse> CreateTenant(CreateTenantRequest request, ServerCallContext context)
    {
        var draft = TenantValidator.ReadCreate(request);
        var tenant = await tenants.CreateAsync(Initiator.Of(context), draft, context.CancellationToken);
        return new() { Tenant = AdminMapper.ToProto(tenant) };
    }

    public override async Task<GetTenantResponse> GetTenant(GetTenantRequest request, ServerCallContext context)
    {
        TenantValidator.CheckGet(request);
        var caller = Caller.Of(context);
        var tenant = request.ExternalId.Length > 0
            ? await tenants.FindAsync(caller, request.ExternalId, context.CancellationToken)
            : await tenants.GetAsync(caller.ResolveTenant(request.TenantId), context.CancellationToken);
        return new() { Tenant = AdminMapper.ToProto(tenant) };
    }

    public override async Task<ListTenantsResponse> ListTenants(ListTenantsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var paging = PageRequest.Read(request, request.PageSize, request.PageToken, violations);
        violations.ThrowIfAny();
        var page = await BoundedPage.ReadAsync(
            paging, first: 256, (before, limit) => tenants.ListAsync(before, limit, context.CancellationToken), AdminMapper.ToProto);
        return new() { Tenants = { page.Items }, NextPageToken = paging.Token(page.Next) };
    }

    public override async Task<UpdateTenantResponse> UpdateTenant(UpdateTenantRequest request, ServerCallContext context)
    {
        var draft = TenantValidator.ReadUpdate(request);
        return new() { Tenant = AdminMapper.ToProto(await tenants.UpdateAsync(Initiator.Of(context), draft, context.CancellationToken)) };
    }

    public override async Task<DeleteTenantResponse> DeleteTenant(DeleteTenantRequest request, ServerCallContext context)
    {
        TenantValidator.CheckDelete(request);
        await tenants.DeleteAsync(
            Initiator.Of(context), request.TenantId, request.Etag, request.Force, context.CancellationToken);
        return new();
    }

    public override async Task<CreateApiKeyResponse> CreateApiKey(CreateApiKeyRequest request, ServerCallContext context)
    {
        var draft = ApiKeyValidator.ReadCreate(request, clock.GetUtcNow());
        var (key, secret) = await keys.CreateAsync(Caller.Of(context), Initiator.Of(context), draft, context.CancellationToken);
        return new() { ApiKey = AdminMapper.ToProto(key), Secret = secret };
    }

    public override async Task<ListApiKeysResponse> ListApiKeys(ListApiKeysRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        FieldRules.CheckId(violations, "tenant_id", request.TenantId);
        var paging = PageRequest.Read(request, request.PageSize, request.PageToken, violations);
        violations.ThrowIfAny();
        var tenantId = Caller.Of(context).ResolveListTenant(request.TenantId);
        if (tenantId is not null)
        {
            await tenants.GetAsync(tenantId, context.CancellationToken);
        }

        var page = await BoundedPage.ReadAsync(
            paging, first: 1_000, (before, limit) => keys.ListAsync(tenantId, before, limit, context.CancellationToken), AdminMapper.ToProto);
        return new() { ApiKeys = { page.Items }, NextPageToken = paging.Token(page.Next) };
    }

    public override async Task<RevokeApiKeyResponse> RevokeApiKey(RevokeApiKeyRequest request, ServerCallContext context)
    {
        ApiKeyValidator.CheckRevoke(request);
        var key = await keys.RevokeAsync(Caller.Of(context), Initiator.Of(context), request.ApiKeyId, context.CancellationToken);
        return new() { ApiKey = AdminMapper.ToProto(key) };
    }

    public override async Task<CreatePortalSessionResponse> CreatePortalSession(CreatePortalSessionRequest request, ServerCallContext context)
    {
        var draft = ApiKeyValidator.ReadPortalSession(request, clock.GetUtcNow());
        var (key, secret) = await keys.CreateAsync(Caller.Of(context), Initiator.Of(context), draft, context.CancellationToken);
        return new() { Url = keys.Portal.Url(secret), Token = secret, ApiKey = AdminMapper.ToProto(key) };
    }

    public override Task<GetCallerResponse> GetCaller(GetCallerRequest request, ServerCallContext context)
    {
        var caller = Caller.Of(context);
        return Task.FromResult(new GetCallerResponse
        {
            ApiKeyId = caller.KeyId,
            TenantId = caller.TenantId ?? "",
            Platform = caller.IsPlatform,
            Scopes = { Scopes.InOrder.Where(caller.Scopes.Contains) },
            ExpireTime = AdminMapper.ToTimestamp(caller.ExpireTime),
            WebhookIds = { caller.WebhookIds ?? [] },
        });
    }

    public override async Task<GetServerInfoResponse> GetServerInfo(GetServerInfoRequest request, ServerCallContext context)
    {
        var nodes = await engine.Ownership.ListNodesAsync(context.CancellationToken);
        return new GetServerInfoResponse
        {
            Version = Version,
            StorageProvider = engine.Provider,
            StoreId = engine.StoreId,
            NodeId = node.NodeId,
            StartTime = Timestamp.FromDateTimeOffset(node.StartTime),
            Nodes =
            {
                nodes.Select(each => new ServerNode
                {
                    NodeId = each.Name,
                    JoinTime = Timestamp.FromDateTimeOffset(each.StartTime),
                    LeaseTime = Timestamp.FromDateTimeOffset(each.LeaseUntil),
                    ShardCount = each.Shards,
                }),
            },
        };
    }

    /// <summary>The version without the commit that the build appends after a plus sign.</summary>
    private static string ReadVersion()
    {
        var text = typeof(AdminGrpcService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return text?.Split('+')[0] ?? "";
    }
}
