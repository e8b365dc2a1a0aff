using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.OperationalEvents;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>
/// Changes webhooks in the store and, before the caller is answered, in the catalogue that publishes fan out from. A webhook that
/// the caller has read is the basis of the first try; it is read again only after a conflict.
/// </summary>
internal sealed class WebhookChanges(
    IWebhookStore store, WebhookCatalog catalog, WebhookSecrets secrets, OperationalEventPlanner operationalEvents, TimeProvider clock,
    ILogger<WebhookChanges> logger)
{
    /// <summary>How often a change is tried while others change the same webhook.</summary>
    private const int MaximumTries = 10;

    /// <summary>Changes a webhook until the change is stored on top of what it was computed from.</summary>
    /// <param name="stored">The webhook as it was read.</param>
    /// <param name="etag">The version it must have; empty for any.</param>
    /// <param name="change">Computes the new webhook. The same instance means that there is nothing to do.</param>
    /// <param name="by">Who changes it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<WebhookChange> UpdateAsync(
        WebhookRecord stored,
        string etag,
        Func<WebhookRecord, DateTimeOffset, WebhookRecord> change,
        Initiator by,
        CancellationToken cancellationToken)
    {
        var (before, result) = await ChangeAsync(stored, etag, change, by, cancellationToken);
        if (result.Outcome == WebhookWriteOutcome.Done && !ReferenceEquals(before, result.Webhook))
        {
            var after = result.Webhook;
            WebhooksLog.Updated(logger, after.Id, after.TenantId, after.Version);
            if (before.State != after.State)
            {
                WebhooksLog.StateChanged(logger, after.Id, after.TenantId, before.State, after.State);
            }
        }

        return result;
    }

    /// <summary>Gives a webhook a new secret. The secrets before it sign on for the grace period.</summary>
    /// <param name="stored">The webhook as it was read.</param>
    /// <param name="rotation">What the secret is to be.</param>
    /// <param name="by">Who changes it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RequestException">INVALID_ARGUMENT if a dialect of the webhook cannot use the secret.</exception>
    public async Task<WebhookChange> RotateAsync(WebhookRecord stored, SecretRotation rotation, Initiator by, CancellationToken cancellationToken)
    {
        var secret = "";
        WebhookRecord Rotate(WebhookRecord webhook, DateTimeOffset now)
        {
            webhook = webhook with { SignatureAlgorithm = SignatureValidator.Decide(webhook, rotation) };
            secret = WebhookSecrets.Make(webhook, rotation.OwnSecret);
            return webhook with { Secrets = WebhookSecrets.Rotate(webhook.Secrets, secrets.Seal(webhook, secret, now), rotation.Grace, now) };
        }

        var (_, result) = await ChangeAsync(stored, rotation.Etag, Rotate, by, cancellationToken);
        if (result.Outcome == WebhookWriteOutcome.Done)
        {
            var after = result.Webhook;
            WebhooksLog.Rotated(logger, after.Id, after.TenantId, after.Secrets[0].Id, after.Secrets.Count);
        }

        return result with { Secret = secret };
    }

    /// <summary>Checks what the store would refuse a changed webhook for, and stores nothing.</summary>
    /// <exception cref="RequestException">ALREADY_EXISTS; NOT_FOUND if its tenant was deleted meanwhile.</exception>
    public async Task ForeseeAsync(WebhookRecord changed, CancellationToken cancellationToken) =>
        WebhookConflicts.RequireFreeExternalId(
            await catalog.RefreshAsync(changed.TenantId, cancellationToken) ?? throw RequestErrors.NotFound("webhook", changed.Id),
            changed);

    private async Task<(WebhookRecord Before, WebhookChange Result)> ChangeAsync(
        WebhookRecord stored,
        string etag,
        Func<WebhookRecord, DateTimeOffset, WebhookRecord> change,
        Initiator by,
        CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            if (!Etag.Allows(etag, stored.Version))
            {
                return (stored, new(WebhookWriteOutcome.VersionMismatch, stored));
            }

            var now = clock.GetStoreNow();
            var changed = change(stored, now);
            if (ReferenceEquals(changed, stored))
            {
                return (stored, new(WebhookWriteOutcome.Done, stored));
            }

            var credentialsChanged = !secrets.KeepsCredentials(stored, changed);
            changed = secrets.SealCredentials(changed) with
            {
                Secrets = WebhookSecrets.Signing(changed.Secrets, now),
                Version = stored.Version + 1,
                UpdateTime = now,
            };
            var audit = by.Record(
                AuditAction.Updated, "webhook", stored.Id, stored.TenantId, WebhookMapper.Compare(stored, changed, credentialsChanged, now));
            var write = await StoreAsync(stored, changed, audit, cancellationToken);
            switch (write.Outcome)
            {
                case WebhookWriteOutcome.Done:
                    catalog.Apply(write.Webhook!, write.ConfigVersion);
                    operationalEvents.Announce(write.OperationalEvents);
                    return (stored, new(write.Outcome, write.Webhook!));
                case WebhookWriteOutcome.StaleConfig when tries < MaximumTries:
                    await catalog.RefreshAsync(stored.TenantId, cancellationToken);
                    break;
                case WebhookWriteOutcome.VersionMismatch when etag.Length == 0 && tries < MaximumTries:
                    break;
                case WebhookWriteOutcome.VersionMismatch when etag.Length == 0:
                    return (stored, new(WebhookWriteOutcome.StaleConfig, changed));
                default:
                    return (stored, new(write.Outcome, changed));
            }

            if (await store.GetAsync(stored.Id, cancellationToken) is not { } current)
            {
                return (stored, new(WebhookWriteOutcome.NotFound, stored));
            }

            stored = current;
        }
    }

    /// <summary>Stores a change. The operational event that says a suspension ended is stored in the same commit.</summary>
    private async Task<WebhookWrite> StoreAsync(
        WebhookRecord before, WebhookRecord after, AuditRecord audit, CancellationToken cancellationToken)
    {
        var resumed = (before.State, after.State) is (WebhookState.Suspended, WebhookState.Active);
        var tenant = resumed ? await catalog.GetAsync(before.TenantId, cancellationToken) : null;
        return tenant is null
            ? await store.UpdateAsync(after, audit, cancellationToken)
            : await store.UpdateAsync(
                after,
                tenant.ConfigVersion,
                operationalEvents.Plan(tenant, [new OperationalEvent.Resumed(before)], after.UpdateTime),
                audit,
                cancellationToken);
    }
}

/// <summary>What a webhook's new secret is to be.</summary>
/// <param name="Etag">The version that the webhook must have; empty for any.</param>
/// <param name="OwnSecret">The secret; empty to make one.</param>
/// <param name="Algorithm">What it signs with; the default is what the own secret is for, and without one what the last one was.</param>
/// <param name="Grace">How long the secrets before it sign on.</param>
internal sealed record SecretRotation(string Etag, string OwnSecret, SignatureAlgorithm Algorithm, TimeSpan Grace);
