using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Paging;
using ControlPlane.Server.Catalog;
using ControlPlane.Storage;
using ControlPlane.V1;

namespace ControlPlane.Server.EventTypes;

/// <summary>
/// Lists tenants' own event types and after them the built-in ones. In page tokens a position above 0 is one in the store, and
/// one of 0 or below the number of built-in types that were shown, negated.
/// </summary>
internal sealed class EventTypeQueries(IEventTypeStore store, WebhookCatalog catalog)
{
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
            var own = await store.ListAsync(tenantId, paging.Before, paging.Size, cancellationToken);
            items.AddRange(own.Items.Select(EventTypeMapper.ToProto));
            if (own.Next is not null)
            {
                return new(items, own.Next);
            }
        }

        var shown = paging.Before is <= 0 and { } position ? (int)-position : 0;
        var more = BuiltInEventTypes.All.Skip(shown).Take(paging.Size - items.Count).Select(EventTypeMapper.ToProto).ToList();
        items.AddRange(more);
        shown += more.Count;
        return new(items, shown < BuiltInEventTypes.All.Count ? -shown : null);
    }
}
