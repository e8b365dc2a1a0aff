using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;

namespace ControlPlane.Server.Access;

/// <summary>Makes and ends API keys.</summary>
internal sealed class ApiKeyAdmin(IAccessStore store, ApiKeys keys, IdSource ids, TimeProvider clock, ILogger<ApiKeyAdmin> logger)
{
    /// <summary>Makes a key; only this answer has the key itself.</summary>
    public async Task<(ApiKeyRecord Key, string Secret)> CreateAsync(
        Caller caller, ApiKeyDraft draft, CancellationToken cancellationToken)
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

        var secret = ApiKeySecret.Create();
        var key = new ApiKeyRecord
        {
            Id = ids.Next("key_"),
            TenantId = tenantId,
            Hash = ApiKeyHash.Of(secret).ToBytes(),
            Name = draft.Name,
            Scopes = draft.Scopes,
            CreateTime = clock.GetStoreNow(),
            ExpireTime = draft.ExpireTime,
        };
        if (!await store.CreateKeyAsync(key, cancellationToken))
        {
            throw RequestErrors.NotFound("tenant", tenantId ?? "");
        }

        keys.Invalidate();
        AccessLog.KeyCreated(logger, key.Id, key.TenantId, caller.KeyId);
        return (key, secret);
    }

    /// <summary>Ends a key, be it the caller's own.</summary>
    public async Task<ApiKeyRecord> RevokeAsync(Caller caller, string keyId, CancellationToken cancellationToken)
    {
        var held = await store.GetKeyAsync(keyId, cancellationToken);
        var visible = held is not null && (held.TenantId is null ? caller.IsPlatform : caller.Sees(held.TenantId));
        var revoked = visible ? await RevokeAsync(keyId, cancellationToken) : null;
        if (revoked is null)
        {
            throw RequestErrors.NotFound("api_key", keyId);
        }

        AccessLog.KeyRevoked(logger, keyId, caller.KeyId);
        return revoked;
    }

    private async Task<ApiKeyRecord?> RevokeAsync(string keyId, CancellationToken cancellationToken)
    {
        try
        {
            return await store.RevokeKeyAsync(keyId, clock.GetStoreNow(), cancellationToken);
        }
        finally
        {
            // Also if the caller went away, since the store may have ended the key all the same.
            keys.Invalidate();
        }
    }
}
