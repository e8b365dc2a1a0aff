namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteAccessStore(SqliteDatabase database) : IAccessStore
{
    public Task<TenantWrite> CreateTenantAsync(TenantRecord tenant, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(session => TenantRows.Create(session, tenant), outcome => outcome == TenantWrite.Done, audit, cancellationToken);

    public Task<TenantRecord?> GetTenantAsync(string tenantId, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => TenantRows.Find(connection, tenantId), cancellationToken);

    public Task<TenantRecord?> FindTenantAsync(string externalId, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => TenantRows.FindExternal(connection, externalId), cancellationToken);

    public Task<Page<TenantRecord>> ListTenantsAsync(long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => TenantRows.List(connection, before, limit), cancellationToken);

    public Task<TenantWrite> UpdateTenantAsync(TenantRecord tenant, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(session => TenantRows.Update(session, tenant), outcome => outcome == TenantWrite.Done, audit, cancellationToken);

    public Task<TenantDelete> DeleteTenantAsync(
        string tenantId, long? version, bool force, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) => WriteAsync(
        session => TenantRows.Delete(session, tenantId, version, force, now), outcome => outcome == TenantDelete.Done, audit, cancellationToken);

    public Task<bool> CreateKeyAsync(ApiKeyRecord key, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(session => KeyRows.Create(session, key), created => created, audit, cancellationToken);

    public Task<ApiKeyRecord?> GetKeyAsync(string keyId, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => KeyRows.Find(connection, keyId), cancellationToken);

    public Task<ApiKeyRecord?> FindKeyAsync(byte[] hash, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => KeyRows.Find(connection, hash), cancellationToken);

    public Task<Page<ApiKeyRecord>> ListKeysAsync(
        string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => KeyRows.List(connection, tenantId, before, limit), cancellationToken);

    public Task<int> CountValidKeysAsync(string tenantId, DateTimeOffset now, int most, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => KeyRows.CountValid(connection, tenantId, now, most), cancellationToken);

    public Task<ApiKeyRecord?> RevokeKeyAsync(string keyId, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) =>
        database.WriteAsync(session => KeyRows.Revoke(session, keyId, now, audit), cancellationToken);

    public Task TouchKeysAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUse, CancellationToken cancellationToken) =>
        database.WriteAsync(session => KeyRows.Touch(session, lastUse), cancellationToken);

    public Task<bool> HasPlatformKeyAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(KeyRows.AnyOfPlatform, cancellationToken);

    private Task<T> WriteAsync<T>(
        Func<WriteSession, T> write, Predicate<T> changed, AuditRecord audit, CancellationToken cancellationToken) => database.WriteAsync(
        session => AuditRows.Log(session, write(session), changed, audit), cancellationToken);
}
