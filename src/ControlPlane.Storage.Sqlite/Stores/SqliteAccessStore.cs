namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteAccessStore(SqliteDatabase database) : IAccessStore
{
    public Task<TenantWrite> CreateTenantAsync(TenantRecord tenant, CancellationToken cancellationToken) =>
        database.WriteAsync(session => TenantRows.Create(session, tenant), cancellationToken);

    public Task<TenantRecord?> GetTenantAsync(string tenantId, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => TenantRows.Find(connection, tenantId), cancellationToken);

    public Task<TenantRecord?> FindTenantAsync(string externalId, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => TenantRows.FindExternal(connection, externalId), cancellationToken);

    public Task<Page<TenantRecord>> ListTenantsAsync(long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => TenantRows.List(connection, before, limit), cancellationToken);

    public Task<TenantWrite> UpdateTenantAsync(TenantRecord tenant, CancellationToken cancellationToken) =>
        database.WriteAsync(session => TenantRows.Update(session, tenant), cancellationToken);

    public Task<TenantDelete> DeleteTenantAsync(
        string tenantId, long? version, bool force, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(session => TenantRows.Delete(session, tenantId, version, force, now), cancellationToken);

    public Task<bool> CreateKeyAsync(ApiKeyRecord key, CancellationToken cancellationToken) =>
        database.WriteAsync(session => KeyRows.Create(session, key), cancellationToken);

    public Task<ApiKeyRecord?> GetKeyAsync(string keyId, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => KeyRows.Find(connection, keyId), cancellationToken);

    public Task<ApiKeyRecord?> FindKeyAsync(byte[] hash, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => KeyRows.Find(connection, hash), cancellationToken);

    public Task<Page<ApiKeyRecord>> ListKeysAsync(
        string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => KeyRows.List(connection, tenantId, before, limit), cancellationToken);

    public Task<ApiKeyRecord?> RevokeKeyAsync(string keyId, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(session => KeyRows.Revoke(session, keyId, now), cancellationToken);

    public Task TouchKeysAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUse, CancellationToken cancellationToken) =>
        database.WriteAsync(session => KeyRows.Touch(session, lastUse), cancellationToken);

    public Task<bool> HasPlatformKeyAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(KeyRows.AnyOfPlatform, cancellationToken);
}
