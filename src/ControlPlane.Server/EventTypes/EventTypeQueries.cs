using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Paging;
using ControlPlane.Server.Catalog;
using ControlPlane.Storage;
using ControlPlane.V1;

namespace ControlPlane.Server.EventTypes;

/// <summary>
/// Lists tenants' own event types, after them those of the platform (of the tenant <c>default</c>), and then the built-in ones. In page
/// tokens a position above 0 is one in the store, doubled, and odd among those of the platform; one of 0 or below is the number of
/// built-in types that were shown, negated.
/// </summary>
internal sealed class EventTypeQueries(IEventTypeStore store, WebhookCatalog catalog)
{
    /// <summary>Odd, and behind every position.</summary>
    private const long FirstOfPlatform = long.MaxValue;

    /// <summary>A page for a tenant, or for all (null).</summary>
    /// <exception cref="RequestException">NOT_FOUND if there is no such tenant.</exception>
    public async Task<Page<EventType>> ListAsync(string? tenantId, PageRequest paging, CancellationToken cancellationToken)
    {
        if (tenantId is not null && await catalog.GetAsync(tenantId, cancellationToken) is null)
        {
            throw RequestErrors.NotFound("tenant", tenantId);
        }

        var items = new List<EventType>();
        if (paging.Before is null or > 0)
        {
            string?[] owners = tenantId is null or TenantRecord.DefaultId ? [tenantId] : [tenantId, TenantRecord.DefaultId];
            var (owner, before) = paging.Before is { } at ? ((int)(at & 1), at >> 1) : (0, (long?)null);
            for (; owner < owners.Length; owner++, before = null)
            {
                if (items.Count == paging.Size)
                {
                    return new(items, FirstOfPlatform);
                }

                var stored = await store.ListAsync(owners[owner], before, paging.Size - items.Count, cancellationToken);
                items.AddRange(stored.Items.Select(EventTypeMapper.ToProto));
                if (stored.Next is { } next)
                {
                    return new(items, (next << 1) | (long)owner);
                }
            }
        }

        var shown = paging.Before is <= 0 and { } position ? (int)-position : 0;
        var more = BuiltInEventTypes.All.Skip(shown).Take(paging.Size - items.Count).Select(EventTypeMapper.ToProto).ToList();
        items.AddRange(more);
        shown += more.Count;
        return new(items, shown < BuiltInEventTypes.All.Count ? -shown : null);
    }
}
