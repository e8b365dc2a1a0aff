using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Administration;

/// <summary>Makes and ends API keys.</summary>
internal sealed class ApiKeyAdmin(
    IAccessStore store, ApiKeys keys, IOptions<AccessOptions> options, PortalAccess portal, IdSource ids, TimeProvider clock,
    ILogger<ApiKeyAdmin> logger)
{
    /// <summary>One key of a tenant at a time is counted and made, so that those made at the same moment are not too many together.</summary>
    private readonly KeyedLock<string> _making = new();

    private const string ResourceType = "api_key";

    /// <summary>Makes a key; only this answer has the key itself.</summary>
    public async Task<(ApiKeyRecord Key, string Secret)> CreateAsync(
        Caller caller, Initiator by, ApiKeyDraft draft, CancellationToken cancellationToken)
    {
        if (draft.Platform && !caller.IsPlatform)
        {
            throw RequestErrors.PermissionDenied("PLATFORM_KEY_REQUIRED", "Only a platform key can make platform keys.");
        }

        var tenantId = draft.Platform ? null : caller.ResolveTenant(draft.TenantId);
        if (draft.Scopes.FirstOrDefault(scope => !caller.Scopes.Contains(scope)) is { } notHeld)
        {
            throw RequestErrors.ScopeNotHeld(notHeld);
        }

        if (caller.ExpireTime is { } end && !(draft.ExpireTime <= end))
        {
            throw RequestErrors.PermissionDenied(
                "KEY_WOULD_OUTLIVE_CALLER", $"The API key expires at {end:O}, so it cannot make one that is valid for longer.");
        }

        await portal.RequireAsync(caller, tenantId, draft.WebhookIds, cancellationToken);
        if (tenantId is null)
        {
            return await StoreAsync(by, draft, tenantId, cancellationToken);
        }

        using (await _making.EnterAsync(tenantId, cancellationToken))
        {
            await RequireRoomAsync(tenantId, cancellationToken);
            return await StoreAsync(by, draft, tenantId, cancellationToken);
        }
    }

    /// <summary>What is said of keys for the portal.</summary>
    public PortalAccess Portal => portal;

    private async Task RequireRoomAsync(string tenantId, CancellationToken cancellationToken)
    {
        var most = options.Value.MaxKeysPerTenant;
        var valid = await store.CountValidKeysAsync(tenantId, clock.GetUtcNow(), most, cancellationToken);
        if (valid >= most)
        {
            throw RequestErrors.QuotaExceeded(
                "KEY_LIMIT_REACHED", tenantId, $"The tenant has {most} valid API keys, as many as it may. Revoke some.");
        }
    }

    private async Task<(ApiKeyRecord Key, string Secret)> StoreAsync(
        Initiator by, ApiKeyDraft draft, string? tenantId, CancellationToken cancellationToken)
    {
        var secret = ApiKeySecret.Create();
        var key = new ApiKeyRecord
        {
            Id = ids.Next(draft.Portal ? ApiKeyRecord.PortalPrefix : ApiKeys.Prefix),
            TenantId = tenantId,
            Hash = ApiKeyHash.Of(secret).ToBytes(),
            Name = draft.Name,
            Scopes = Scopes.Join(draft.Scopes, draft.WebhookIds),
            CreateTime = clock.GetStoreNow(),
            ExpireTime = draft.ExpireTime,
        };
        var audit = by.Record(AuditAction.Created, ResourceType, key.Id, tenantId, AdminMapper.Compare(null, key));
        if (!await store.CreateKeyAsync(key, audit, cancellationToken))
        {
            throw RequestErrors.NotFound("tenant", tenantId ?? "");
        }

        keys.Invalidate();
        AdministrationLog.KeyCreated(logger, key.Id, key.TenantId, by.Actor.Id);
        return (key, secret);
    }

    /// <summary>Returns a page of keys, the newest first: those of a tenant, or all of them if it is null.</summary>
    public Task<Page<ApiKeyRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        store.ListKeysAsync(tenantId, before, limit, cancellationToken);

    /// <summary>Ends a key, be it the caller's own.</summary>
    public async Task<ApiKeyRecord> RevokeAsync(Caller caller, Initiator by, string keyId, CancellationToken cancellationToken)
    {
        var held = await store.GetKeyAsync(keyId, cancellationToken);
        var visible = held is not null && (held.TenantId is null ? caller.IsPlatform : caller.Sees(held.TenantId));
        var revoked = visible ? await RevokeAsync(held!, by, cancellationToken) : null;
        if (revoked is null)
        {
            throw RequestErrors.NotFound(ResourceType, keyId);
        }

        AdministrationLog.KeyRevoked(logger, keyId, caller.KeyId);
        return revoked;
    }

    private async Task<ApiKeyRecord?> RevokeAsync(ApiKeyRecord held, Initiator by, CancellationToken cancellationToken)
    {
        var now = clock.GetStoreNow();
        var changes = AdminMapper.Compare(held, held with { RevokeTime = now });
        try
        {
            return await store.RevokeKeyAsync(held.Id, now, by.Record(AuditAction.Revoked, ResourceType, held.Id, held.TenantId, changes), cancellationToken);
        }
        finally
        {
            // Also if the caller went away, since the store may have ended the key all the same.
            keys.Invalidate();
        }
    }
}
