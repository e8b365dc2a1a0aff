namespace ControlPlane.Storage;

/// <summary>Tenants and API keys.</summary>
public interface IAccessStore
{
    /// <summary>Stores a new tenant. An id that is taken (by a deleted tenant too) is noticed before an external id that is.</summary>
    Task<TenantWrite> CreateTenantAsync(TenantRecord tenant, AuditRecord audit, CancellationToken cancellationToken);

    Task<TenantRecord?> GetTenantAsync(string tenantId, CancellationToken cancellationToken);

    /// <summary>Finds a tenant by its external id, which is not empty. A deleted one has none any more.</summary>
    Task<TenantRecord?> FindTenantAsync(string externalId, CancellationToken cancellationToken);

    Task<Page<TenantRecord>> ListTenantsAsync(long? before, int limit, CancellationToken cancellationToken);

    /// <summary>Replaces a tenant whose stored version is <c>tenant.Version - 1</c>. Another policy bumps the tenant's configuration
    /// version in the same commit.</summary>
    Task<TenantWrite> UpdateTenantAsync(TenantRecord tenant, AuditRecord audit, CancellationToken cancellationToken);

    /// <summary>Deletes a tenant, its webhooks (if <paramref name="force"/>), its event types and its keys in one commit.</summary>
    Task<TenantDelete> DeleteTenantAsync(
        string tenantId, long? version, bool force, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken);

    /// <summary>False if the key's tenant does not exist.</summary>
    Task<bool> CreateKeyAsync(ApiKeyRecord key, AuditRecord audit, CancellationToken cancellationToken);

    Task<ApiKeyRecord?> GetKeyAsync(string keyId, CancellationToken cancellationToken);

    /// <summary>Finds a key by its hash, revoked and expired ones too.</summary>
    Task<ApiKeyRecord?> FindKeyAsync(byte[] hash, CancellationToken cancellationToken);

    /// <summary>Lists the keys of a tenant, or all keys (null), platform keys included.</summary>
    Task<Page<ApiKeyRecord>> ListKeysAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>Returns how many keys of a tenant are neither revoked nor expired by a time, counting up to a number. What it costs depends on
    /// that number alone, not on how many keys ended before.</summary>
    Task<int> CountValidKeysAsync(string tenantId, DateTimeOffset now, int most, CancellationToken cancellationToken);

    /// <summary>Revokes a key if it is not revoked yet; returns it as stored, or null if there is none.</summary>
    Task<ApiKeyRecord?> RevokeKeyAsync(string keyId, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken);

    /// <summary>Notes when keys were last used.</summary>
    Task TouchKeysAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUse, CancellationToken cancellationToken);

    /// <summary>Whether any platform key was ever made.</summary>
    Task<bool> HasPlatformKeyAsync(CancellationToken cancellationToken);
}

/// <summary>How creating or updating a tenant ended.</summary>
public enum TenantWrite
{
    Done,

    /// <summary>Of a create: the id is taken.</summary>
    IdTaken,

    /// <summary>Of an update: the stored version is another one, or there is no such tenant.</summary>
    VersionMismatch,

    /// <summary>Another tenant has the external id.</summary>
    ExternalIdTaken,
}

/// <summary>How deleting a tenant ended.</summary>
public enum TenantDelete
{
    Done,
    NotFound,
    VersionMismatch,

    /// <summary>It has webhooks and force was not given.</summary>
    NotEmpty,
}
