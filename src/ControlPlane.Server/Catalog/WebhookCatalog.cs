using System.Collections.Concurrent;
using ControlPlane.Egress;
using ControlPlane.Storage;

namespace ControlPlane.Server.Catalog;

/// <summary>
/// The webhooks of every tenant that was asked for, in memory. A change made through this process is applied before its caller
/// is answered; a picture that is behind is found out by the configuration version that every publish compares in its commit.
/// </summary>
internal sealed class WebhookCatalog(IWebhookStore store)
{
    private const int MaximumTries = 10;

    /// <summary>Those who wait mostly find what others have read meanwhile.</summary>
    private readonly TenantGate _loads = new(atOnce: 4, atOncePerTenant: 2);
    private readonly ConcurrentDictionary<string, TenantCatalog> _tenants = new(StringComparer.Ordinal);

    /// <summary>Guards the versions known and every change of the pictures, which are read without it.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _known = new(StringComparer.Ordinal);

    /// <summary>How often a tenant is being read.</summary>
    private readonly Dictionary<string, int> _loading = new(StringComparer.Ordinal);

    /// <summary>Raised with the tenant and the webhook after each change that the pictures show, made here or by another node. Can be
    /// raised for a webhook that stayed as it was.</summary>
    public event Action<string, string>? Changed;

    /// <summary>The tenant's webhooks, or null if there is no such tenant.</summary>
    public ValueTask<TenantCatalog?> GetAsync(string tenantId, CancellationToken cancellationToken) =>
        _tenants.TryGetValue(tenantId, out var found) ? new(found) : new(RefreshAsync(tenantId, cancellationToken));

    /// <summary>The webhook, or null if it does not exist (any more).</summary>
    public async ValueTask<WebhookRecord?> FindAsync(string tenantId, string webhookId, CancellationToken cancellationToken) =>
        (await GetAsync(tenantId, cancellationToken))?.Find(webhookId);

    /// <summary>
    /// Returns the tenant's webhooks as the store has them now, or null if there is no such tenant. Reads one number if the picture
    /// held is the newest, and all webhooks of the tenant otherwise.
    /// </summary>
    public async Task<TenantCatalog?> RefreshAsync(string tenantId, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await FindNewestAsync(tenantId, cancellationToken) is { } newest)
            {
                return newest;
            }

            using var turn = await _loads.EnterAsync(tenantId, cancellationToken);
            if (await FindNewestAsync(tenantId, cancellationToken) is { } loaded)
            {
                return loaded;
            }

            using var load = Begin(tenantId);
            if (await store.LoadTenantAsync(tenantId, cancellationToken) is not { } config)
            {
                Forget(tenantId);
                return null;
            }

            TenantCatalog? held;
            lock (_lock)
            {
                if (_tenants.TryGetValue(tenantId, out held) && held.ConfigVersion >= config.ConfigVersion)
                {
                    return held;
                }

                if (config.ConfigVersion < _known.GetValueOrDefault(tenantId))
                {
                    // It was read before a change that was applied meanwhile.
                    continue;
                }

                newest = _tenants[tenantId] = new TenantCatalog(config);
            }

            Raise(tenantId, held?.DifferingFrom(newest) ?? []);
            return newest;
        }
    }

    /// <summary>The tenant that stands for the platform, whose event types every tenant may use. Null if that does not matter, since the
    /// tenant may use any.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="fresh">Whether to read it anew.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask<TenantCatalog?> GetPlatformAsync(TenantCatalog tenant, bool fresh, CancellationToken cancellationToken) =>
        !tenant.Policy.StrictEventTypes ? null
        : fresh ? await RefreshAsync(TenantRecord.DefaultId, cancellationToken)
        : await GetAsync(TenantRecord.DefaultId, cancellationToken);

    /// <summary>
    /// Carries out what is computed from a tenant's webhooks, and again with fresh ones as long as a change came in between. Returns
    /// null if there is no such tenant.
    /// </summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="attempt">Gets the webhooks, and whether they were just read; returns null to be called again with fresh ones.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ConfigurationContendedException">A change came in between ten times in a row.</exception>
    public async Task<T?> TryAsync<T>(
        string tenantId, Func<TenantCatalog, bool, Task<T?>> attempt, CancellationToken cancellationToken)
        where T : class
    {
        var tenant = await GetAsync(tenantId, cancellationToken);
        for (var tries = 1; tenant is not null; tries++)
        {
            if (await attempt(tenant, tries > 1) is { } result)
            {
                return result;
            }

            tenant = tries < MaximumTries
                ? await RefreshAsync(tenantId, cancellationToken)
                : throw new ConfigurationContendedException(tenantId);
        }

        return null;
    }

    /// <summary>The tenants whose webhooks are held.</summary>
    public IEnumerable<string> TenantIds => _tenants.Keys;

    /// <summary>Whether the tenant's webhooks are held, or will be: what is being read now can be older than what was changed meanwhile.</summary>
    public bool Holds(string tenantId)
    {
        lock (_lock)
        {
            return _tenants.ContainsKey(tenantId) || _loading.ContainsKey(tenantId);
        }
    }

    /// <summary>Takes over a webhook that was created or updated.</summary>
    public void Apply(WebhookRecord webhook, long version) =>
        Advance(webhook.TenantId, webhook.Id, version, held => held.With(webhook, version));

    /// <summary>Takes over that a webhook was deleted.</summary>
    public void Remove(string tenantId, string webhookId, long version) =>
        Advance(tenantId, webhookId, version, held => held.Without(webhookId, version));

    /// <summary>Forgets a tenant that was deleted, and with it all its webhooks.</summary>
    public void Forget(string tenantId)
    {
        TenantCatalog? held;
        lock (_lock)
        {
            _tenants.TryRemove(tenantId, out held);
            _known.Remove(tenantId);
        }

        Raise(tenantId, held?.WebhookIds ?? []);
    }

    private async Task<TenantCatalog?> FindNewestAsync(string tenantId, CancellationToken cancellationToken) =>
        _tenants.TryGetValue(tenantId, out var held)
        && await store.GetConfigVersionAsync(tenantId, cancellationToken) == held.ConfigVersion
            ? held
            : null;

    private Load Begin(string tenantId)
    {
        lock (_lock)
        {
            _loading[tenantId] = _loading.GetValueOrDefault(tenantId) + 1;
        }

        return new(this, tenantId);
    }

    private void Advance(string tenantId, string webhookId, long version, Func<TenantCatalog, TenantCatalog> next)
    {
        TenantCatalog? dropped = null;
        lock (_lock)
        {
            _known[tenantId] = Math.Max(_known.GetValueOrDefault(tenantId), version);
            if (_tenants.TryGetValue(tenantId, out var held) && held.ConfigVersion < version)
            {
                if (held.ConfigVersion == version - 1)
                {
                    _tenants[tenantId] = next(held);
                }
                else
                {
                    // With a change in between that has not come by, the picture cannot be continued: the next reader loads it.
                    _tenants.TryRemove(tenantId, out dropped);
                }
            }
        }

        Raise(tenantId, dropped is null ? [webhookId] : dropped.WebhookIds.Append(webhookId));
    }

    private void Raise(string tenantId, IEnumerable<string> webhookIds)
    {
        foreach (var webhookId in webhookIds)
        {
            Changed?.Invoke(tenantId, webhookId);
        }
    }

    private readonly struct Load(WebhookCatalog catalog, string tenantId) : IDisposable
    {
        public void Dispose()
        {
            lock (catalog._lock)
            {
                if (--catalog._loading[tenantId] == 0)
                {
                    catalog._loading.Remove(tenantId);
                }
            }
        }
    }
}
