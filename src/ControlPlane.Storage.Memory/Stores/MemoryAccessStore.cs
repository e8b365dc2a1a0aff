namespace ControlPlane.Storage.Memory;

/// <inheritdoc/>
internal sealed class MemoryAccessStore(MemorySession session) : IAccessStore
{
    public Task<TenantWrite> CreateTenantAsync(TenantRecord tenant, AuditRecord audit, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            if (state.Tenants.Values.Any(stored => stored.Tenant.Id == tenant.Id))
            {
                return TenantWrite.IdTaken;
            }

            if (IsTaken(state, tenant))
            {
                return TenantWrite.ExternalIdTaken;
            }

            state.Tenants = state.Tenants.Add(++state.Position, new StoredTenant(state.Position, tenant, 1, DeleteTime: null));
            return state.Log(TenantWrite.Done, changed: true, audit, session.Now);
        },
        cancellationToken);

    public Task<TenantRecord?> GetTenantAsync(string tenantId, CancellationToken cancellationToken) =>
        session.ReadAsync(state => state.FindTenant(tenantId)?.Tenant, cancellationToken);

    public Task<TenantRecord?> FindTenantAsync(string externalId, CancellationToken cancellationToken) =>
        session.ReadAsync(state => FindExternal(state, externalId), cancellationToken);

    public Task<Page<TenantRecord>> ListTenantsAsync(long? before, int limit, CancellationToken cancellationToken) => session.ReadAsync(
        state => Pages.Of(
            state.Tenants.Values.Where(stored => stored.DeleteTime is null), before, limit, stored => stored.Position, stored => stored.Tenant),
        cancellationToken);

    public Task<TenantWrite> UpdateTenantAsync(TenantRecord tenant, AuditRecord audit, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            if (state.FindTenant(tenant.Id) is not { } stored || stored.Tenant.Version != tenant.Version - 1)
            {
                return TenantWrite.VersionMismatch;
            }

            if (IsTaken(state, tenant))
            {
                return TenantWrite.ExternalIdTaken;
            }

            state.Tenants = state.Tenants.SetItem(
                stored.Position, stored with { Tenant = tenant with { CreateTime = stored.Tenant.CreateTime } });
            if (!IsSame(tenant.Policy, stored.Tenant.Policy))
            {
                state.Bump(stored);
            }

            return state.Log(TenantWrite.Done, changed: true, audit, session.Now);
        },
        cancellationToken);

    public Task<TenantDelete> DeleteTenantAsync(
        string tenantId, long? version, bool force, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            var outcome = Delete(state, tenantId, version, force, now);
            return state.Log(outcome, outcome == TenantDelete.Done, audit, session.Now);
        },
        cancellationToken);

    public Task<bool> CreateKeyAsync(ApiKeyRecord key, AuditRecord audit, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            var exists = key.TenantId is null || state.FindTenant(key.TenantId) is not null;
            if (exists)
            {
                state.Keys = state.Keys.Add(++state.Position, new StoredKey(state.Position, key));
            }

            return state.Log(exists, exists, audit, session.Now);
        },
        cancellationToken);

    public Task<ApiKeyRecord?> GetKeyAsync(string keyId, CancellationToken cancellationToken) =>
        session.ReadAsync(state => Find(state, key => key.Id == keyId)?.Key, cancellationToken);

    public Task<ApiKeyRecord?> FindKeyAsync(byte[] hash, CancellationToken cancellationToken) =>
        session.ReadAsync(state => Find(state, key => key.Hash.AsSpan().SequenceEqual(hash))?.Key, cancellationToken);

    public Task<Page<ApiKeyRecord>> ListKeysAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        session.ReadAsync(
            state => Pages.Of(
                state.Keys.Values.Where(stored => tenantId is null || stored.Key.TenantId == tenantId),
                before, limit, stored => stored.Position, stored => stored.Key),
            cancellationToken);

    public Task<int> CountValidKeysAsync(string tenantId, DateTimeOffset now, int most, CancellationToken cancellationToken) => session.ReadAsync(
        state => state.Keys.Values.Where(stored => stored.Key.TenantId == tenantId && stored.Key.IsValidAt(now)).Take(most).Count(), cancellationToken);

    public Task<ApiKeyRecord?> RevokeKeyAsync(string keyId, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            var valid = Find(state, key => key.Id == keyId) is { Key.RevokeTime: null };
            Revoke(state, key => key.Id == keyId, now);
            return state.Log(Find(state, key => key.Id == keyId)?.Key, valid, audit, session.Now);
        },
        cancellationToken);

    public Task TouchKeysAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUse, CancellationToken cancellationToken) =>
        session.WriteAsync(
            state =>
            {
                foreach (var (id, time) in lastUse)
                {
                    if (Find(state, key => key.Id == id) is { } stored && !(stored.Key.LastUseTime >= time))
                    {
                        state.Keys = state.Keys.SetItem(stored.Position, stored with { Key = stored.Key with { LastUseTime = time } });
                    }
                }

                return true;
            },
            cancellationToken);

    public Task<bool> HasPlatformKeyAsync(CancellationToken cancellationToken) =>
        session.ReadAsync(state => Find(state, key => key.TenantId is null) is not null, cancellationToken);

    private static TenantRecord? FindExternal(StoreState state, string externalId) =>
        state.Tenants.Values.FirstOrDefault(stored => stored.DeleteTime is null && stored.Tenant.ExternalId == externalId)?.Tenant;

    private static bool IsTaken(StoreState state, TenantRecord tenant) =>
        tenant.ExternalId.Length > 0 && FindExternal(state, tenant.ExternalId) is { } other && other.Id != tenant.Id;

    private static TenantDelete Delete(StoreState state, string tenantId, long? version, bool force, DateTimeOffset now)
    {
        if (state.FindTenant(tenantId) is not { } stored)
        {
            return TenantDelete.NotFound;
        }

        if (version is not null && version != stored.Tenant.Version)
        {
            return TenantDelete.VersionMismatch;
        }

        var webhooks = state.WebhooksOf(tenantId).ToList();
        if (!force && webhooks.Count > 0)
        {
            return TenantDelete.NotEmpty;
        }

        webhooks.ForEach(webhook => state.Webhooks = state.Webhooks.SetItem(webhook.Position, webhook with { DeleteTime = now }));
        state.EventTypes = state.EventTypes.RemoveRange(
            state.EventTypes.Values.Where(type => type.EventType.TenantId == tenantId).Select(type => type.Position));
        Revoke(state, key => key.TenantId == tenantId, now);
        state.Tenants = state.Tenants.SetItem(stored.Position, stored with { DeleteTime = now });
        return TenantDelete.Done;
    }

    private static void Revoke(StoreState state, Func<ApiKeyRecord, bool> matches, DateTimeOffset now)
    {
        foreach (var stored in state.Keys.Values.Where(stored => stored.Key.RevokeTime is null && matches(stored.Key)))
        {
            state.Keys = state.Keys.SetItem(stored.Position, stored with { Key = stored.Key with { RevokeTime = now } });
        }
    }

    private static StoredKey? Find(StoreState state, Func<ApiKeyRecord, bool> matches) =>
        state.Keys.Values.FirstOrDefault(stored => matches(stored.Key));

    private static bool IsSame(TenantPolicy one, TenantPolicy other) =>
        one.DisabledFeatures.SequenceEqual(other.DisabledFeatures, StringComparer.Ordinal)
        && one with { DisabledFeatures = other.DisabledFeatures } == other;
}
