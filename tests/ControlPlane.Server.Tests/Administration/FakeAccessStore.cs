using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Administration;

/// <summary>Tenants and keys in memory, with the same answers as an engine.</summary>
internal sealed class FakeAccessStore : IAccessStore
{
    private readonly Lock _lock = new();
    private readonly SortedList<long, TenantRecord> _tenants = [];
    private readonly SortedList<long, ApiKeyRecord> _keys = [];
    private readonly HashSet<string> _deleted = [];
    private long _row;

    public FakeAccessStore() => _tenants.Add(++_row, new() { Id = TenantRecord.DefaultId });

    /// <summary>What every operation ends with instead of doing anything.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Lets a lookup wait after it has read; null: it does not.</summary>
    public Task? AfterFind { get; set; }

    /// <summary>Lets the keys of a tenant wait before they are counted; null: they do not.</summary>
    public Func<string, Task>? BeforeCount { get; set; }

    public int Finds { get; private set; }

    public HashSet<string> WithWebhooks { get; } = [];

    public List<IReadOnlyDictionary<string, DateTimeOffset>> Touches { get; } = [];

    public IReadOnlyList<ApiKeyRecord> Keys => Do(() => _keys.Values.ToList());

    public Task<TenantWrite> CreateTenantAsync(TenantRecord tenant, AuditRecord audit, CancellationToken cancellationToken) => Task.FromResult(Do(() =>
    {
        if (_deleted.Contains(tenant.Id) || Row(_tenants, t => t.Id == tenant.Id) is not null)
        {
            return TenantWrite.IdTaken;
        }

        if (IsTaken(tenant))
        {
            return TenantWrite.ExternalIdTaken;
        }

        _tenants.Add(++_row, tenant);
        return TenantWrite.Done;
    }));

    public Task<TenantRecord?> GetTenantAsync(string tenantId, CancellationToken cancellationToken) =>
        Task.FromResult(Do(() => _tenants.Values.FirstOrDefault(t => t.Id == tenantId)));

    public Task<TenantRecord?> FindTenantAsync(string externalId, CancellationToken cancellationToken) =>
        Task.FromResult(Do(() => _tenants.Values.FirstOrDefault(t => t.ExternalId == externalId)));

    public Task<Page<TenantRecord>> ListTenantsAsync(long? before, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(Do(() => Page(_tenants, _ => true, before, limit)));

    public Task<TenantWrite> UpdateTenantAsync(TenantRecord tenant, AuditRecord audit, CancellationToken cancellationToken) => Task.FromResult(Do(() =>
    {
        if (Row(_tenants, t => t.Id == tenant.Id && t.Version == tenant.Version - 1) is not { } row)
        {
            return TenantWrite.VersionMismatch;
        }

        if (IsTaken(tenant))
        {
            return TenantWrite.ExternalIdTaken;
        }

        _tenants[row] = tenant;
        return TenantWrite.Done;
    }));

    public Task<TenantDelete> DeleteTenantAsync(
        string tenantId, long? version, bool force, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) => Task.FromResult(Do(() =>
        {
            if (Row(_tenants, t => t.Id == tenantId) is not { } row)
            {
                return TenantDelete.NotFound;
            }

            if (version is not null && _tenants[row].Version != version)
            {
                return TenantDelete.VersionMismatch;
            }

            if (WithWebhooks.Contains(tenantId) && !force)
            {
                return TenantDelete.NotEmpty;
            }

            _tenants.Remove(row);
            _deleted.Add(tenantId);
            foreach (var key in _keys.Where(k => k.Value.TenantId == tenantId).Select(k => k.Key).ToList())
            {
                _keys.Remove(key);
            }

            return TenantDelete.Done;
        }));

    public Task<bool> CreateKeyAsync(ApiKeyRecord key, AuditRecord audit, CancellationToken cancellationToken) => Task.FromResult(Do(() =>
    {
        var known = key.TenantId is null || Row(_tenants, t => t.Id == key.TenantId) is not null;
        if (known)
        {
            _keys.Add(++_row, key);
        }

        return known;
    }));

    public Task<ApiKeyRecord?> GetKeyAsync(string keyId, CancellationToken cancellationToken) =>
        Task.FromResult(Do(() => _keys.Values.FirstOrDefault(k => k.Id == keyId)));

    public async Task<ApiKeyRecord?> FindKeyAsync(byte[] hash, CancellationToken cancellationToken)
    {
        var found = Do(() =>
        {
            Finds++;
            return _keys.Values.FirstOrDefault(k => k.Hash.AsSpan().SequenceEqual(hash));
        });
        await (AfterFind ?? Task.CompletedTask);
        return found;
    }

    public Task<Page<ApiKeyRecord>> ListKeysAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(Do(() => Page(_keys, k => tenantId is null || k.TenantId == tenantId, before, limit)));

    public async Task<int> CountValidKeysAsync(string tenantId, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        await (BeforeCount?.Invoke(tenantId) ?? Task.CompletedTask);
        return Do(() => _keys.Values.Where(key => key.TenantId == tenantId && key.IsValidAt(now)).Take(most).Count());
    }

    public Task<ApiKeyRecord?> RevokeKeyAsync(string keyId, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken) =>
        Task.FromResult(Do(() =>
        {
            if (Row(_keys, k => k.Id == keyId) is not { } row)
            {
                return null;
            }

            return _keys[row] = _keys[row] with { RevokeTime = _keys[row].RevokeTime ?? now };
        }));

    public Task TouchKeysAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUse, CancellationToken cancellationToken)
    {
        Do(() =>
        {
            Touches.Add(lastUse);
            return 0;
        });
        return Task.CompletedTask;
    }

    public Task<bool> HasPlatformKeyAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Do(() => _keys.Values.Any(k => k.TenantId is null)));

    private bool IsTaken(TenantRecord tenant) =>
        tenant.ExternalId.Length > 0 && Row(_tenants, t => t.ExternalId == tenant.ExternalId && t.Id != tenant.Id) is not null;

    private T Do<T>(Func<T> operation)
    {
        lock (_lock)
        {
            return Fault is null ? operation() : throw Fault;
        }
    }

    private static long? Row<T>(SortedList<long, T> rows, Func<T, bool> matches) =>
        rows.Where(row => matches(row.Value)).Select(row => (long?)row.Key).FirstOrDefault();

    private static Page<T> Page<T>(SortedList<long, T> rows, Func<T, bool> matches, long? before, int limit)
    {
        var found = rows.Reverse().Where(row => (before is null || row.Key < before) && matches(row.Value)).Take(limit + 1).ToList();
        return new([.. found.Take(limit).Select(row => row.Value)], found.Count > limit ? found[limit - 1].Key : null);
    }
}
