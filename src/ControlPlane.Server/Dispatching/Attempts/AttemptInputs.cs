using ControlPlane.Server.Catalog;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;
using Endpoint = ControlPlane.Server.Sending.Endpoint;

namespace ControlPlane.Server.Dispatching;

/// <summary>What an attempt is made of: the webhook, made ready to send to, and the event with its payload.</summary>
internal sealed class AttemptInputs(WebhookCatalog catalog, EndpointCache endpoints, IEventStore events, Places places)
{
    /// <summary>The webhook, null if it does not exist; its endpoint, null if it cannot or must not be sent to.</summary>
    public async ValueTask<(WebhookRecord? Webhook, Endpoint? Endpoint)> FindAsync(Lane lane, CancellationToken cancellationToken)
    {
        var webhook = await catalog.FindAsync(lane.TenantId, lane.WebhookId, cancellationToken);
        return (webhook, webhook is { State: WebhookState.Active } ? endpoints.Get(webhook) : null);
    }

    /// <summary>The event, without a payload or null if that is no longer stored.</summary>
    public async ValueTask<EventRecord?> ReadAsync(WorkItem item, CancellationToken cancellationToken) =>
        places.FindEvent(item)
        ?? (await events.FindAsync(item.Delivery.EventId, item.Delivery.TenantId, cancellationToken)).SingleOrDefault();
}
