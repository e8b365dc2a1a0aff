using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.OperationalEvents;
using ControlPlane.Server.Webhooks.Dialects;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Signing;
using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>
/// Changes webhooks in the store and, before anybody is answered, in the catalogue that publishes fan out from.
/// </summary>
internal sealed class WebhookChanges(
    IWebhookStore store,
    IDeliveryStore deliveries,
    WebhookCatalog catalog,
    WebhookSecrets secrets,
    OperationalEventPlanner operationalEvents,
    IdSource ids,
    TimeProvider clock,
    ILogger<WebhookChanges> logger)
{
    /// <summary>How often a change is tried again when others change the same webhook in between.</summary>
    private const int MaximumTries = 10;

    /// <summary>Stores a new webhook. The secret is empty if the request was carried out before.</summary>
    /// <exception cref="RequestException">NOT_FOUND (tenant); ALREADY_EXISTS.</exception>
    public async Task<(WebhookRecord Webhook, string Secret)> CreateAsync(
        WebhookRecord draft, string ownSecret, CancellationToken cancellationToken)
    {
        var now = clock.GetStoreNow();
        var id = ids.Next("wh_");
        var secret = ownSecret.Length > 0 ? ownSecret : WebhookSecret.Generate();
        var webhook = draft with { Id = id, Secrets = [secrets.Seal(id, secret, now)], CreateTime = now, UpdateTime = now };
        var write = await store.CreateAsync(webhook, cancellationToken);
        switch (write.Outcome)
        {
            case WebhookWriteOutcome.Done:
                catalog.Apply(write.Webhook!, write.ConfigVersion);
                WebhooksLog.Created(logger, id, webhook.TenantId, webhook.State);
                return (write.Webhook!, secret);
            case WebhookWriteOutcome.RequestIdUsed:
                return (WebhookConflicts.Repeated(draft, write.Webhook!), "");
            default:
                throw WebhookConflicts.Refusal(write.Outcome, draft);
        }
    }

    /// <summary>Changes a webhook until the change is stored on top of what it was computed from.</summary>
    /// <param name="caller">Who wants it.</param>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="etag">The version it must have; empty for any.</param>
    /// <param name="change">Computes the new webhook; the same instance means that there is nothing to do.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RequestException">NOT_FOUND; ABORTED; ALREADY_EXISTS.</exception>
    public async Task<WebhookRecord> UpdateAsync(
        Caller caller,
        string webhookId,
        string etag,
        Func<WebhookRecord, DateTimeOffset, WebhookRecord> change,
        CancellationToken cancellationToken)
    {
        var (before, after) = await ChangeAsync(caller, webhookId, etag, change, cancellationToken)
            ?? throw RequestErrors.NotFound("webhook", webhookId);
        if (!ReferenceEquals(before, after))
        {
            WebhooksLog.Updated(logger, after.Id, after.TenantId, after.Version);
            if (before.State != after.State)
            {
                WebhooksLog.StateChanged(logger, after.Id, after.TenantId, before.State, after.State);
            }
        }

        return after;
    }

    /// <summary>Gives a webhook a new secret; the ones before it sign on for the grace period.</summary>
    /// <exception cref="RequestException">NOT_FOUND; ABORTED; INVALID_ARGUMENT if the secret is none for the webhook's dialects.</exception>
    public async Task<(WebhookRecord Webhook, string Secret)> RotateAsync(
        Caller caller, string webhookId, string etag, string ownSecret, TimeSpan grace, CancellationToken cancellationToken)
    {
        var secret = ownSecret.Length > 0 ? ownSecret : WebhookSecret.Generate();
        WebhookRecord Rotate(WebhookRecord webhook, DateTimeOffset now)
        {
            DialectRules.RequireKey(webhook, secret);
            return webhook with { Secrets = WebhookSecrets.Rotate(webhook.Secrets, secrets.Seal(webhook.Id, secret, now), grace, now) };
        }

        var (_, after) = await ChangeAsync(caller, webhookId, etag, Rotate, cancellationToken)
            ?? throw RequestErrors.NotFound("webhook", webhookId);
        WebhooksLog.Rotated(logger, after.Id, after.TenantId, after.Secrets[0].Id, after.Secrets.Count);
        return (after, secret);
    }

    /// <summary>Deletes a webhook and cancels what waits for it.</summary>
    /// <exception cref="RequestException">NOT_FOUND; ABORTED.</exception>
    public async Task DeleteAsync(Caller caller, string webhookId, string etag, CancellationToken cancellationToken)
    {
        var stored = await FindAsync(caller, webhookId, cancellationToken) ?? throw RequestErrors.NotFound("webhook", webhookId);
        WebhookConflicts.RequireEtag(stored, etag);
        var now = clock.GetStoreNow();
        var write = await store.DeleteAsync(webhookId, etag.Length > 0 ? stored.Version : null, now, cancellationToken);
        if (write.Outcome != WebhookWriteOutcome.Done)
        {
            throw WebhookConflicts.Refusal(write.Outcome, stored);
        }

        catalog.Remove(stored.TenantId, webhookId, write.ConfigVersion);
        WebhooksLog.Deleted(logger, webhookId, stored.TenantId, await CancelWaitingAsync(now));
    }

    private async Task<(WebhookRecord Before, WebhookRecord After)?> ChangeAsync(
        Caller caller,
        string webhookId,
        string etag,
        Func<WebhookRecord, DateTimeOffset, WebhookRecord> change,
        CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            if (await FindAsync(caller, webhookId, cancellationToken) is not { } stored)
            {
                return null;
            }

            WebhookConflicts.RequireEtag(stored, etag);
            var now = clock.GetStoreNow();
            var changed = change(stored, now);
            if (ReferenceEquals(changed, stored))
            {
                return (stored, stored);
            }

            changed = changed with
            {
                Secrets = WebhookSecrets.Signing(changed.Secrets, now),
                Version = stored.Version + 1,
                UpdateTime = now,
            };
            var write = await StoreAsync(stored, changed, cancellationToken);
            switch (write.Outcome)
            {
                case WebhookWriteOutcome.Done:
                    catalog.Apply(write.Webhook!, write.ConfigVersion);
                    operationalEvents.Announce(write.OperationalEvents);
                    return (stored, write.Webhook!);
                case WebhookWriteOutcome.StaleConfig when tries < MaximumTries:
                    await catalog.RefreshAsync(stored.TenantId, cancellationToken);
                    continue;
                case WebhookWriteOutcome.NotFound:
                    return null;
                case WebhookWriteOutcome.VersionMismatch when etag.Length == 0 && tries < MaximumTries:
                    continue;
                case WebhookWriteOutcome.StaleConfig:
                case WebhookWriteOutcome.VersionMismatch when etag.Length == 0:
                    throw RequestErrors.Aborted("WRITE_CONFLICT", $"The webhook \"{webhookId}\" is being changed by others. Try again.");
                default:
                    throw WebhookConflicts.Refusal(write.Outcome, changed);
            }
        }
    }

    /// <summary>Stores a change; that a suspension ends is told in the same commit.</summary>
    private async Task<WebhookWrite> StoreAsync(WebhookRecord before, WebhookRecord after, CancellationToken cancellationToken)
    {
        var resumed = (before.State, after.State) is (WebhookState.Suspended, WebhookState.Active);
        var tenant = resumed ? await catalog.GetAsync(before.TenantId, cancellationToken) : null;
        return tenant is null
            ? await store.UpdateAsync(after, cancellationToken)
            : await store.UpdateAsync(
                after,
                tenant.ConfigVersion,
                operationalEvents.Plan(tenant, [new OperationalEvent.Resumed(before)], after.UpdateTime),
                cancellationToken);
    }

    private async Task<WebhookRecord?> FindAsync(Caller caller, string webhookId, CancellationToken cancellationToken) =>
        await store.GetAsync(webhookId, cancellationToken) is { } found && caller.Sees(found.TenantId) ? found : null;

    /// <summary>The webhook is gone for good, so this goes on when its caller does not wait for it.</summary>
    private async Task<int> CancelWaitingAsync(DateTimeOffset now)
    {
        var cancelled = 0;
        while (await deliveries.CancelOrphansAsync(CancellationToken.None) is > 0 and var count)
        {
            cancelled += count;
        }

        return cancelled;
    }
}
