using ControlPlane.Server.Catalog;
using ControlPlane.Storage;
using Microsoft.Extensions.Caching.Memory;

namespace ControlPlane.Server.Schemas;

/// <summary>The schemas that tenants' events are to fit, compiled when the first event meets them. Bounded by the size of their texts.</summary>
internal sealed class EventSchemas(IEventTypeStore store, WebhookCatalog catalog) : IDisposable
{
    private const int MostCharacters = 4 << 20;
    private const int LeastSize = 256;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MostCharacters });

    /// <summary>The schema of a type: of the tenant's own catalogue, else of the platform's; null if neither has one.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="fresh">Whether to read the platform's catalogue anew.</param>
    /// <param name="type">The type.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<EventSchema?> FindAsync(TenantCatalog tenant, bool fresh, string type, CancellationToken cancellationToken)
    {
        if (await ReadAsync(tenant, type, cancellationToken) is { } own)
        {
            return own;
        }

        var platform = tenant.TenantId == TenantRecord.DefaultId ? null
            : fresh ? await catalog.RefreshAsync(TenantRecord.DefaultId, cancellationToken)
            : await catalog.GetAsync(TenantRecord.DefaultId, cancellationToken);
        return platform is null ? null : await ReadAsync(platform, type, cancellationToken);
    }

    public void Dispose() => _cache.Dispose();

    private async Task<EventSchema?> ReadAsync(TenantCatalog tenant, string type, CancellationToken cancellationToken)
    {
        // Another schema is another version of the tenant's configuration.
        var key = (tenant.TenantId, tenant.ConfigVersion, type);
        if (_cache.TryGetValue(key, out EventSchema? held))
        {
            return held;
        }

        var text = (await store.GetAsync(tenant.TenantId, type, cancellationToken))?.Schema ?? "";
        // What was stored when other rules held, and is wrong by today's, is as none.
        var schema = text.Length == 0 ? null
            : _cache.TryGetValue(text, out EventSchema? compiled) ? compiled
            : Keep(text, EventSchema.Compile(text).Schema, text.Length);
        return Keep(key, schema, text.Length);
    }

    private EventSchema? Keep(object key, EventSchema? schema, int characters) =>
        _cache.Set(key, schema, new MemoryCacheEntryOptions { Size = LeastSize + characters, SlidingExpiration = Kept });
}
