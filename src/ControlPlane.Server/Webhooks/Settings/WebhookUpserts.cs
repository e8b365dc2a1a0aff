using ControlPlane.Egress.Policy;
using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Catalog;
using ControlPlane.Storage;
using ControlPlane.V1;
using MatchKind = ControlPlane.V1.UpsertWebhookRequest.MatchOneofCase;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>
/// Creates a webhook or replaces the settings of the one that matches. Calls for the same match take turns within this process.
/// Between processes the store decides who gets an external id; a URL, which several webhooks may have, two could make twice.
/// </summary>
internal sealed class WebhookUpserts(
    WebhookDrafts drafts, WebhookCreation creation, WebhookChanges changes, WebhookQueries queries, WebhookCatalog catalog, UrlPolicy urls)
{
    /// <summary>How often it is tried while others change what was matched.</summary>
    private const int MaximumTries = 10;

    private readonly KeyedLock<(string TenantId, MatchKind Kind, string Text)> _matches = new();

    /// <summary>Returns how it ended. The secret is empty unless the webhook was created.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT; NOT_FOUND; FAILED_PRECONDITION; ABORTED; PERMISSION_DENIED.</exception>
    public async Task<WebhookChange> RunAsync(Caller caller, Initiator by, UpsertWebhookRequest request, CancellationToken cancellationToken)
    {
        var match = UpsertMatch.Read(request, urls);
        if (match.Kind == MatchKind.WebhookId)
        {
            var stored = await queries.GetWritableAsync(caller, match.Text, cancellationToken);
            var draft = await drafts.BeginAsync(stored.TenantId, cancellationToken);
            return await ReplaceAsync(draft, match, stored, match.Webhook.Etag, request.Secret, by, cancellationToken);
        }

        var tenantId = caller.ResolveTenant(match.Webhook.TenantId);
        var newDraft = await drafts.BeginNewAsync(tenantId, cancellationToken);
        using var held = await _matches.EnterAsync((tenantId, match.Kind, match.Text), cancellationToken);
        for (var tries = 1; ; tries++)
        {
            var tenant = await catalog.RefreshAsync(tenantId, cancellationToken) ?? throw RequestErrors.NotFound("tenant", tenantId);
            var change = await TryAsync(newDraft, tenant, match, request.Secret, by, cancellationToken);
            if (!IsLostRace(change.Outcome, match))
            {
                return change;
            }

            if (tries == MaximumTries)
            {
                throw RequestErrors.Aborted("WRITE_CONFLICT", "The webhook is being changed by others. Try again.");
            }
        }
    }

    private async Task<WebhookChange> TryAsync(
        WebhookDraft draft, TenantCatalog tenant, UpsertMatch match, string ownSecret, Initiator by, CancellationToken cancellationToken)
    {
        var found = tenant.Webhooks.Where(match.Covers).Take(2).ToList();
        switch (found)
        {
            case [var stored]:
                // Replaced only as it was matched, so that one that has become another's is left alone.
                WebhookConflicts.RequireEtag(stored, match.Webhook.Etag);
                return await ReplaceAsync(draft, match, stored, Etag.Of(stored.Version), ownSecret, by, cancellationToken);
            case [_, _]:
                throw RequestErrors.FailedPrecondition(
                    "MATCH_AMBIGUOUS", match.Text, "Several webhooks of the tenant have this URL and these instances. Name one by its id.");
            default:
                if (match.Webhook.Etag.Length > 0)
                {
                    throw RequestErrors.EtagMismatch("webhook", ErrorText.Shorten(match.Text));
                }

                var webhook = draft.Create(new CreateWebhookRequest { Webhook = match.Webhook, Secret = ownSecret });
                return await creation.CreateAsync(webhook, ownSecret, by, cancellationToken);
        }
    }

    private Task<WebhookChange> ReplaceAsync(
        WebhookDraft draft, UpsertMatch match, WebhookRecord found, string etag, string ownSecret, Initiator by,
        CancellationToken cancellationToken)
    {
        var request = new UpdateWebhookRequest { Webhook = match.Webhook, UpdateMask = new() { Paths = { "*" } } };
        return changes.UpdateAsync(found, etag, (stored, now) => draft.Change(request, stored, now, ownSecret), by, cancellationToken);
    }

    /// <summary>Whether others made, changed or deleted what was matched. With the caller's own etag that is final.</summary>
    private static bool IsLostRace(WebhookWriteOutcome outcome, UpsertMatch match) => match.Webhook.Etag.Length == 0 && outcome switch
    {
        WebhookWriteOutcome.ExternalIdTaken => match.Kind == MatchKind.ExternalId,
        WebhookWriteOutcome.VersionMismatch or WebhookWriteOutcome.NotFound => true,
        _ => false,
    };
}
