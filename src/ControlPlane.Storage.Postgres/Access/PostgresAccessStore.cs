namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresAccessStore(Transactions transactions) : IAccessStore
{
    private Database Database => transactions.Database;

    public Task<TenantWrite> CreateTenantAsync(TenantRecord tenant, AuditRecord audit, CancellationToken cancellationToken) => transactions.RunAsync<TenantWrite>(
        async unit =>
        {
            var outcome = await TenantWrites.CreateAsync(unit, tenant).ConfigureAwait(false);
            unit.Log(outcome, outcome == TenantWrite.Done, audit);
            return () => outcome;
        },
        cancellationToken);

    public async Task<TenantRecord?> GetTenantAsync(string tenantId, CancellationToken cancellationToken) =>
        (await Database.FindAsync(TenantRows.ById, TenantRows.Read, cancellationToken, tenantId).ConfigureAwait(false))?.Tenant;

    public async Task<TenantRecord?> FindTenantAsync(string externalId, CancellationToken cancellationToken) =>
        (await Database.FindAsync(TenantRows.ByExternalId, TenantRows.Read, cancellationToken, externalId).ConfigureAwait(false))?.Tenant;

    public async Task<Page<TenantRecord>> ListTenantsAsync(long? before, int limit, CancellationToken cancellationToken)
    {
        var found = await Database.ListAsync(
            TenantRows.Select + "WHERE delete_time IS NULL AND seq < $1 ORDER BY seq DESC LIMIT $2", TenantRows.Read, cancellationToken,
            before ?? long.MaxValue, limit + 1).ConfigureAwait(false);
        return new Page<TenantRecord>(
            [.. found.Take(limit).Select(stored => stored!.Value.Tenant)], found.Count > limit ? found[limit - 1]!.Value.Seq : null);
    }

    public Task<TenantWrite> UpdateTenantAsync(TenantRecord tenant, AuditRecord audit, CancellationToken cancellationToken) => transactions.RunAsync<TenantWrite>(
        new Questions { ChangedTenants = { tenant.Id } },
        async (unit, answers) =>
        {
            var outcome = await TenantWrites.UpdateAsync(unit, tenant, answers).ConfigureAwait(false);
            unit.Log(outcome, outcome == TenantWrite.Done, audit);
            return () => outcome;
        },
        cancellationToken);

    public Task<TenantDelete> DeleteTenantAsync(
        string tenantId, long? version, bool force, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) =>
        transactions.RunAsync<TenantDelete>(
            new Questions { ChangedTenants = { tenantId } },
            async (unit, answers) =>
            {
                var outcome = answers.Tenants.TryGetValue(tenantId, out var tenant)
                    ? await TenantWrites.DeleteAsync(unit, tenantId, tenant, (version, force, now)).ConfigureAwait(false)
                    : TenantDelete.NotFound;
                unit.Log(outcome, outcome == TenantDelete.Done, audit);
                return () => outcome;
            },
            cancellationToken);

    public Task<bool> CreateKeyAsync(ApiKeyRecord key, AuditRecord audit, CancellationToken cancellationToken) => transactions.RunAsync<bool>(
        async unit =>
        {
            var tenant = key.TenantId is null
                ? null
                : await unit.FindAsync(
                    "SELECT seq FROM tenants WHERE id = $1 AND delete_time IS NULL FOR SHARE", row => (long?)row.GetInt64(0), key.TenantId).ConfigureAwait(false);
            if (tenant is null && key.TenantId is not null)
            {
                return () => false;
            }

            await unit.RunAsync(KeyRows.Insert, KeyRows.ValuesOf(key, tenant)).ConfigureAwait(false);
            unit.Audits.Add(audit);
            return () => true;
        },
        cancellationToken);

    public async Task<ApiKeyRecord?> GetKeyAsync(string keyId, CancellationToken cancellationToken) =>
        (await Database.FindAsync(KeyRows.Select + "WHERE k.id = $1", KeyRows.Read, cancellationToken, keyId).ConfigureAwait(false)).Key;

    public async Task<ApiKeyRecord?> FindKeyAsync(byte[] hash, CancellationToken cancellationToken) =>
        (await Database.FindAsync(KeyRows.Select + "WHERE k.hash = $1", KeyRows.Read, cancellationToken, hash).ConfigureAwait(false)).Key;

    public async Task<Page<ApiKeyRecord>> ListKeysAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken)
    {
        var found = await Database.ListAsync(
            KeyRows.Select + (tenantId is null ? "WHERE $1::text IS NULL AND " : "WHERE k.tenant_seq = (SELECT seq FROM tenants WHERE id = $1) AND ")
                + "k.seq < $2 ORDER BY k.seq DESC LIMIT $3",
            KeyRows.Read, cancellationToken, tenantId, before ?? long.MaxValue, limit + 1).ConfigureAwait(false);
        return new Page<ApiKeyRecord>([.. found.Take(limit).Select(stored => stored.Key)], found.Count > limit ? found[limit - 1].Seq : null);
    }

    public async Task<int> CountValidKeysAsync(string tenantId, DateTimeOffset now, int most, CancellationToken cancellationToken) =>
        (int)await Database.FindAsync(KeyRows.CountValid, row => row.GetInt64(0), cancellationToken, tenantId, now, most).ConfigureAwait(false);

    public Task<ApiKeyRecord?> RevokeKeyAsync(string keyId, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) =>
        transactions.RunAsync<ApiKeyRecord?>(
            async unit =>
            {
                var revoked = await unit.ListAsync(
                    "UPDATE api_keys SET revoke_time = $2 WHERE id = $1 AND revoke_time IS NULL RETURNING seq", row => row.GetInt64(0), keyId, now)
                    .ConfigureAwait(false);
                unit.Log(revoked, revoked.Count > 0, audit);
                var stored = await unit.FindAsync(KeyRows.Select + "WHERE k.id = $1", KeyRows.Read, keyId).ConfigureAwait(false);
                if (stored.Key is { } key)
                {
                    unit.KeysRevoked.Add(key.TenantId ?? "");
                }

                return () => stored.Key;
            },
            cancellationToken);

    public Task TouchKeysAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUse, CancellationToken cancellationToken) =>
        transactions.RunAsync<bool>(
            async unit =>
            {
                var uses = lastUse.OrderBy(use => use.Key, StringComparer.Ordinal).ToList();
                await unit.RunAsync(
                    KeyRows.Touch, uses.Select(use => use.Key).ToArray(), uses.Select(use => use.Value.ToMicroseconds()).ToArray()).ConfigureAwait(false);
                return () => true;
            },
            cancellationToken);

    public async Task<bool> HasPlatformKeyAsync(CancellationToken cancellationToken) =>
        await Database.FindAsync("SELECT 1 FROM api_keys WHERE tenant_seq IS NULL LIMIT 1", row => row.GetInt32(0), cancellationToken).ConfigureAwait(false) == 1;
}
