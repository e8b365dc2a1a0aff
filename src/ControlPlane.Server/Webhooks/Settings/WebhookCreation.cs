using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>Stores new webhooks, and puts them into the catalogue that publishes fan out from before the caller is answered.</summary>
internal sealed class WebhookCreation(
    IWebhookStore store, WebhookCatalog catalog, WebhookSecrets secrets, IdSource ids, TimeProvider clock, ILogger<WebhookCreation> logger)
{
    /// <summary>Stores a new webhook. The secret of the result is empty if the request was carried out before.</summary>
    /// <param name="draft">The webhook, without id and secret.</param>
    /// <param name="ownSecret">Its secret; empty to generate one.</param>
    /// <param name="by">Who creates it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RequestException">ALREADY_EXISTS if the request id was used for another webhook.</exception>
    public async Task<WebhookChange> CreateAsync(WebhookRecord draft, string ownSecret, Initiator by, CancellationToken cancellationToken)
    {
        var now = clock.GetStoreNow();
        var id = ids.Next("wh_");
        var secret = WebhookSecrets.Make(draft, ownSecret);
        var webhook = draft with { Id = id, CreateTime = now, UpdateTime = now };
        webhook = secrets.SealCredentials(webhook with { Secrets = [secrets.Seal(webhook, secret, now)] });
        var audit = by.Record(
            AuditAction.Created, "webhook", id, webhook.TenantId, WebhookMapper.Compare(null, webhook, credentialsChanged: false, now));
        var write = await store.CreateAsync(webhook, audit, cancellationToken);
        switch (write.Outcome)
        {
            case WebhookWriteOutcome.Done:
                catalog.Apply(write.Webhook!, write.ConfigVersion);
                WebhooksLog.Created(logger, id, webhook.TenantId, webhook.State);
                return new(write.Outcome, write.Webhook!, secret);
            case WebhookWriteOutcome.RequestIdUsed:
                return new(WebhookWriteOutcome.Done, WebhookConflicts.Repeated(draft, write.Webhook!));
            default:
                return new(write.Outcome, draft);
        }
    }

    /// <summary>
    /// Checks what the store would refuse a new webhook for, and stores nothing. Returns the webhook that the same request made
    /// before, or null.
    /// </summary>
    /// <exception cref="RequestException">NOT_FOUND (tenant); ALREADY_EXISTS; RESOURCE_EXHAUSTED.</exception>
    public async Task<WebhookRecord?> ForeseeAsync(WebhookRecord draft, CancellationToken cancellationToken)
    {
        var tenant = await catalog.RefreshAsync(draft.TenantId, cancellationToken)
            ?? throw RequestErrors.NotFound("tenant", draft.TenantId);
        if (draft.RequestId.Length > 0 && tenant.Webhooks.FirstOrDefault(w => w.RequestId == draft.RequestId) is { } existing)
        {
            return WebhookConflicts.Repeated(draft, existing);
        }

        WebhookConflicts.RequireFreeExternalId(tenant, draft);
        return tenant.Policy.MaxWebhooks is > 0 and var most && tenant.WebhookCount >= most
            ? throw WebhookConflicts.Refusal(WebhookWriteOutcome.LimitReached, draft)
            : null;
    }
}
