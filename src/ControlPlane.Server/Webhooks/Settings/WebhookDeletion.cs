using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Catalog;
using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>Deletes webhooks, and cancels what waits for them.</summary>
internal sealed class WebhookDeletion(
    IWebhookStore store, IDeliveryStore deliveries, WebhookCatalog catalog, TimeProvider clock, ILogger<WebhookDeletion> logger)
{
    /// <summary>Deletes a webhook that has the version an etag names; the empty etag names every version.</summary>
    /// <exception cref="RequestException">NOT_FOUND; ABORTED.</exception>
    public async Task DeleteAsync(WebhookRecord stored, string etag, Initiator by, CancellationToken cancellationToken)
    {
        WebhookConflicts.RequireEtag(stored, etag);
        var now = clock.GetStoreNow();
        var audit = by.Record(AuditAction.Deleted, "webhook", stored.Id, stored.TenantId);
        var write = await store.DeleteAsync(stored.Id, etag.Length > 0 ? stored.Version : null, now, audit, cancellationToken);
        if (write.Outcome != WebhookWriteOutcome.Done)
        {
            throw WebhookConflicts.Refusal(write.Outcome, stored);
        }

        catalog.Remove(stored.TenantId, stored.Id, write.ConfigVersion);
        WebhooksLog.Deleted(logger, stored.Id, stored.TenantId, await deliveries.CancelAllOrphansAsync());
    }
}
