using System.Collections.Concurrent;
using ControlPlane.Storage;

namespace ControlPlane.Server.Catalog;

/// <summary>
/// The webhooks of every tenant that was asked for, in memory. A change made through this process is applied before its caller
/// is answered; a picture that is behind is found out by the configuration version that every publish compares in its commit.
/// </summary>
internal sealed class WebhookCatalog(IWebhookStore store)
{
    private readonly ConcurrentDictionary<string, TenantCatalog> _tenants = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _known = new(StringComparer.Ordinal);

    /// <summary>Told the tenant and webhook after each applied change.</summary>
    public event Action<string, string>? Changed;

    /// <summary>The tenant's webhooks, or null if there is no such tenant.</summary>
    public ValueTask<TenantCatalog?> GetAsync(string tenantId, CancellationToken cancellationToken) =>
        _tenants.TryGetValue(tenantId, out var found) ? new(found) : new(RefreshAsync(tenantId, cancellationToken));

    /// <summary>The webhook, or null if it does not exist (any more).</summary>
    public async ValueTask<WebhookRecord?> FindAsync(string tenantId, string webhookId, CancellationToken cancellationToken) =>
        (await GetAsync(tenantId, cancellationToken))?.Find(webhookId);

    /// <summary>Reads the tenant's webhooks anew.</summary>
    public async Task<TenantCatalog?> RefreshAsync(string tenantId, CancellationToken cancellationToken)
    {
        TenantConfig? config;
        do
        {
            config = await store.LoadTenantAsync(tenantId, cancellationToken);
            if (config is null)
            {
                Forget(tenantId);
                return null;
            }
        }
        while (config.ConfigVersion < _known.GetValueOrDefault(tenantId)); // Read before a change that was applied meanwhile.

        // A slower read must not replace a newer picture.
        return _tenants.AddOrUpdate(
            tenantId,
            static (_, fresh) => new TenantCatalog(fresh),
            static (_, held, fresh) => held.ConfigVersion >= fresh.ConfigVersion ? held : new TenantCatalog(fresh),
            config);
    }

    /// <summary>Takes over a webhook that was created or updated.</summary>
    public void Apply(WebhookRecord webhook, long version) =>
        Advance(webhook.TenantId, webhook.Id, version, held => held.With(webhook, version));

    /// <summary>Takes over that a webhook was deleted.</summary>
    public void Remove(string tenantId, string webhookId, long version) =>
        Advance(tenantId, webhookId, version, held => held.Without(webhookId, version));

    /// <summary>Forgets a tenant that was deleted.</summary>
    public void Forget(string tenantId)
    {
        _tenants.TryRemove(tenantId, out _);
        _known.TryRemove(tenantId, out _);
    }

    private void Advance(string tenantId, string webhookId, long version, Func<TenantCatalog, TenantCatalog> next)
    {
        _known.AddOrUpdate(tenantId, static (_, v) => v, static (_, old, v) => Math.Max(old, v), version);
        while (_tenants.TryGetValue(tenantId, out var held) && held.ConfigVersion < version)
        {
            // With a change in between that has not come by, the picture cannot be continued: the next reader loads it.
            var done = held.ConfigVersion == version - 1
                ? _tenants.TryUpdate(tenantId, next(held), held)
                : _tenants.TryRemove(new(tenantId, held));
            if (done)
            {
                break;
            }
        }

        Changed?.Invoke(tenantId, webhookId);
    }
}
