namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbAccessStore(LiteDbDatabase database) : IAccessStore
{
    public Task<TenantWrite> CreateTenantAsync(TenantRecord tenant, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(session => TenantDocuments.Create(session, tenant), outcome => outcome == TenantWrite.Done, audit, cancellationToken);

    public Task<TenantRecord?> GetTenantAsync(string tenantId, CancellationToken cancellationToken) =>
        database.ReadFirstAsync(documents => TenantDocuments.Find(documents, tenantId)?.Tenant, cancellationToken);

    public Task<TenantRecord?> FindTenantAsync(string externalId, CancellationToken cancellationToken) =>
        database.ReadAsync(documents => TenantDocuments.FindExternal(documents, externalId)?.Tenant, cancellationToken);

    public Task<Page<TenantRecord>> ListTenantsAsync(long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadPageAsync(
            before, limit, (documents, from, some) => TenantDocuments.List(documents, from, some), cancellationToken);

    public Task<TenantWrite> UpdateTenantAsync(TenantRecord tenant, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(session => TenantDocuments.Update(session, tenant), outcome => outcome == TenantWrite.Done, audit, cancellationToken);

    public Task<TenantDelete> DeleteTenantAsync(
        string tenantId, long? version, bool force, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) => WriteAsync(
        session => TenantDeletion.Delete(session, tenantId, version, force, now), outcome => outcome == TenantDelete.Done, audit, cancellationToken);

    public Task<bool> CreateKeyAsync(ApiKeyRecord key, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(session => KeyDocuments.Create(session, key), created => created, audit, cancellationToken);

    public Task<ApiKeyRecord?> GetKeyAsync(string keyId, CancellationToken cancellationToken) =>
        database.ReadAsync(documents => KeyDocuments.Find(documents, keyId), cancellationToken);

    public Task<ApiKeyRecord?> FindKeyAsync(byte[] hash, CancellationToken cancellationToken) =>
        database.ReadFirstAsync(documents => KeyDocuments.Find(documents, hash), cancellationToken);

    public Task<Page<ApiKeyRecord>> ListKeysAsync(
        string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadPageAsync(
            before, limit, (documents, from, some) => KeyDocuments.List(documents, tenantId, from, some), cancellationToken);

    public async Task<int> CountValidKeysAsync(string tenantId, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        var (count, after) = (0, (now.ToMicroseconds(), long.MaxValue - 1));
        for (int wanted, found; count < most; count += found)
        {
            wanted = Math.Min(most - count, ReadBounds.LookAtMost);
            (found, after) = await database.ReadAsync(documents => KeyDocuments.CountValid(documents, tenantId, after, wanted), cancellationToken)
                .ConfigureAwait(false);
            if (found < wanted)
            {
                return count + found;
            }
        }

        return count;
    }

    public Task<ApiKeyRecord?> RevokeKeyAsync(string keyId, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) =>
        database.WriteAsync(session => KeyDocuments.Revoke(session, keyId, now, audit), cancellationToken);

    public Task TouchKeysAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUse, CancellationToken cancellationToken) =>
        database.WriteAsync(session => KeyDocuments.Touch(session, lastUse), cancellationToken);

    public Task<bool> HasPlatformKeyAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(KeyDocuments.AnyOfPlatform, cancellationToken);

    private Task<T> WriteAsync<T>(
        Func<WriteSession, T> write, Predicate<T> changed, AuditRecord audit, CancellationToken cancellationToken) => database.WriteAsync(
        session => AuditDocuments.Log(session, write(session), changed, audit), cancellationToken);
}
