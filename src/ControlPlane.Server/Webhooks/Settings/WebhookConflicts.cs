using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>What speaks against a change of a webhook that is right in itself.</summary>
internal static class WebhookConflicts
{
    /// <exception cref="RequestException">ABORTED if the webhook has another version than the caller saw.</exception>
    public static void RequireEtag(WebhookRecord stored, string etag)
    {
        if (etag.Length > 0 && etag != WebhookMapper.Etag(stored))
        {
            throw RequestErrors.EtagMismatch("webhook", stored.Id);
        }
    }

    /// <summary>Answers what a repeated request made the first time.</summary>
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
        WebhookWriteOutcome.LimitReached => LimitReached(webhook.TenantId),
        _ => RequestErrors.NotFound("webhook", webhook.Id),
    };

    /// <summary>Looks for what would make the store refuse a new webhook, without storing it; answers a webhook that the same
    /// request made before.</summary>
    /// <exception cref="RequestException">NOT_FOUND (tenant); ALREADY_EXISTS.</exception>
    public static async Task<WebhookRecord?> ForeseeCreateAsync(
        IWebhookStore store, WebhookRecord draft, CancellationToken cancellationToken)
    {
        var tenant = await store.LoadTenantAsync(draft.TenantId, cancellationToken)
            ?? throw RequestErrors.NotFound("tenant", draft.TenantId);
        if (draft.RequestId.Length > 0 && tenant.Webhooks.FirstOrDefault(w => w.RequestId == draft.RequestId) is { } existing)
        {
            return Repeated(draft, existing);
        }

        RequireFreeExternalId(tenant, draft);
        return tenant.Policy.MaxWebhooks is > 0 and var most && tenant.Webhooks.Count >= most ? throw LimitReached(draft.TenantId) : null;
    }

    /// <summary>Looks for what would make the store refuse a changed webhook, without storing it.</summary>
    /// <exception cref="RequestException">ALREADY_EXISTS; NOT_FOUND if its tenant was deleted meanwhile.</exception>
    public static async Task ForeseeUpdateAsync(IWebhookStore store, WebhookRecord changed, CancellationToken cancellationToken)
    {
        var tenant = await store.LoadTenantAsync(changed.TenantId, cancellationToken)
            ?? throw RequestErrors.NotFound("webhook", changed.Id);
        RequireFreeExternalId(tenant, changed);
    }

    private static void RequireFreeExternalId(TenantConfig tenant, WebhookRecord webhook)
    {
        if (webhook.ExternalId.Length > 0 && tenant.Webhooks.Any(w => w.ExternalId == webhook.ExternalId && w.Id != webhook.Id))
        {
            throw ExternalIdTaken(webhook.ExternalId);
        }
    }

    private static RequestException LimitReached(string tenantId) => RequestErrors.QuotaExceeded(
        "WEBHOOK_LIMIT_REACHED", tenantId, "The tenant has as many webhooks as its plan allows.");

    private static RequestException ExternalIdTaken(string externalId) => RequestErrors.AlreadyExists(
        "EXTERNAL_ID_TAKEN", "webhook", externalId, "Another webhook of the tenant has this external id.");
}
