using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Catalog;
using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>What speaks against a change of a webhook that is right in itself.</summary>
internal static class WebhookConflicts
{
    /// <exception cref="RequestException">ABORTED if the webhook has another version than the caller saw.</exception>
    public static void RequireEtag(WebhookRecord stored, string etag)
    {
        if (!Etag.Allows(etag, stored.Version))
        {
            throw RequestErrors.EtagMismatch("webhook", stored.Id);
        }
    }

    /// <summary>Returns what a repeated request made the first time.</summary>
    /// <exception cref="RequestException">ALREADY_EXISTS if that request asked for something else.</exception>
    public static WebhookRecord Repeated(WebhookRecord draft, WebhookRecord existing) =>
        draft.RequestFingerprint == existing.RequestFingerprint
            ? existing
            : throw RequestErrors.AlreadyExists(
                "REQUEST_ID_REUSED",
                "webhook",
                existing.Id,
                $"The request id was used with other content, which created the webhook \"{existing.Id}\".");

    /// <summary>The error for a write that the store refused.</summary>
    public static RequestException Refusal(WebhookWriteOutcome outcome, WebhookRecord webhook) => outcome switch
    {
        WebhookWriteOutcome.TenantNotFound => RequestErrors.NotFound("tenant", webhook.TenantId),
        WebhookWriteOutcome.VersionMismatch => RequestErrors.EtagMismatch("webhook", webhook.Id),
        WebhookWriteOutcome.ExternalIdTaken => ExternalIdTaken(webhook.ExternalId),
        WebhookWriteOutcome.LimitReached => RequestErrors.QuotaExceeded(
            "WEBHOOK_LIMIT_REACHED", webhook.TenantId, "The tenant has as many webhooks as its plan allows."),
        WebhookWriteOutcome.StaleConfig => RequestErrors.Aborted(
            "WRITE_CONFLICT", $"The webhook \"{webhook.Id}\" is being changed by others. Try again."),
        _ => RequestErrors.NotFound("webhook", webhook.Id),
    };

    /// <exception cref="RequestException">ALREADY_EXISTS if another webhook of the tenant has the external id.</exception>
    public static void RequireFreeExternalId(TenantCatalog tenant, WebhookRecord webhook)
    {
        if (webhook.ExternalId.Length > 0 && tenant.Webhooks.Any(w => w.ExternalId == webhook.ExternalId && w.Id != webhook.Id))
        {
            throw ExternalIdTaken(webhook.ExternalId);
        }
    }

    private static RequestException ExternalIdTaken(string externalId) => RequestErrors.AlreadyExists(
        "EXTERNAL_ID_TAKEN", "webhook", externalId, "Another webhook of the tenant has this external id.");
}
