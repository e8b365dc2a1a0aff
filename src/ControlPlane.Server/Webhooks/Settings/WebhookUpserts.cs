using ControlPlane.Egress.Policy;
using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.EventTypes;
using ControlPlane.Server.Webhooks.Dialects;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;
using ControlPlane.V1;
using MatchKind = ControlPlane.V1.UpsertWebhookRequest.MatchOneofCase;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>
/// Creates a webhook or replaces the settings of the one that matches. Calls for the same match take turns within this process.
/// Between processes the store decides who gets an external id; a URL, which several webhooks may have, two could make twice.
/// </summary>
internal sealed class WebhookUpserts(
    WebhookChanges changes,
    WebhookQueries queries,
    WebhookCatalog catalog,
    WebhookValidator validator,
    WebhookSecrets secrets,
    StrictEventTypes strictTypes,
    TenantPlans plans,
    UrlPolicy urls)
{
    /// <summary>How often it is tried again when what was matched is changed by others in between.</summary>
    private const int MaximumTries = 10;

    private readonly KeyedLock<(string TenantId, MatchKind Kind, string Text)> _turns = new();

    /// <summary>Answers the webhook, and its secret if it was created.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT; NOT_FOUND; FAILED_PRECONDITION; ABORTED; ALREADY_EXISTS.</exception>
    public async Task<(WebhookRecord Webhook, string? Secret)> RunAsync(
        Caller caller, UpsertWebhookRequest request, CancellationToken cancellationToken)
    {
        var match = UpsertMatch.Read(request, urls);
        if (match.Kind == MatchKind.WebhookId)
        {
            var stored = await queries.GetAsync(caller, match.Text, cancellationToken);
            await plans.RequireAsync(stored.TenantId, Features.Webhooks, cancellationToken);
            return (await ReplaceAsync(caller, match, stored, match.Webhook.Etag, request.Secret, cancellationToken), null);
        }

        var tenantId = caller.ResolveTenant(match.Webhook.TenantId);
        await plans.RequireAsync(tenantId, Features.Webhooks, cancellationToken);
        using var turn = await _turns.EnterAsync((tenantId, match.Kind, match.Text), cancellationToken);
        for (var tries = 1; ; tries++)
        {
            // The store finds out if an external id was looked for in a picture that is behind; of URLs it knows nothing.
            var trusting = match.Kind == MatchKind.ExternalId && match.Webhook.Etag.Length == 0 && tries == 1;
            var tenant = trusting
                ? await catalog.GetAsync(tenantId, cancellationToken)
                : await catalog.RefreshAsync(tenantId, cancellationToken);
            try
            {
                return await TryAsync(
                    caller, tenant ?? throw RequestErrors.NotFound("tenant", tenantId), match, request.Secret, cancellationToken);
            }
            catch (RequestException lost) when (IsLostRace(lost, match))
            {
                if (tries == MaximumTries)
                {
                    throw RequestErrors.Aborted("WRITE_CONFLICT", "The webhook is being changed by others. Try again.");
                }
            }
        }
    }

    private async Task<(WebhookRecord Webhook, string? Secret)> TryAsync(
        Caller caller, TenantCatalog tenant, UpsertMatch match, string ownSecret, CancellationToken cancellationToken)
    {
        var found = tenant.Webhooks.Where(match.Covers).Take(2).ToList();
        switch (found)
        {
            case [var stored]:
                // Replaced only as it was matched, so that one that has become another's is left alone.
                WebhookConflicts.RequireEtag(stored, match.Webhook.Etag);
                var etag = WebhookMapper.Etag(stored);
                return (await ReplaceAsync(caller, match, stored, etag, ownSecret, cancellationToken), null);
            case [_, _]:
                throw RequestErrors.FailedPrecondition(
                    "MATCH_AMBIGUOUS", match.Text, "Several webhooks of the tenant have this URL and these instances. Name one by its id.");
            default:
                if (match.Webhook.Etag.Length > 0)
                {
                    throw RequestErrors.EtagMismatch("webhook", ErrorText.Shorten(match.Text));
                }

                var unknown = await strictTypes.ReadAsync(tenant.TenantId, cancellationToken);
                var accepted = validator.Accept(new CreateWebhookRequest { Webhook = match.Webhook, Secret = ownSecret }, unknown);
                var lacksCustom = await plans.LackAsync(tenant.TenantId, Features.CustomDialect, cancellationToken);
                DialectRules.RequirePlan(lacksCustom, current: null, accepted, tenant.TenantId);
                var draft = WebhookMapper.ToRecord(accepted, WebhookMapper.Blank(tenant.TenantId));
                return await changes.CreateAsync(draft, ownSecret, cancellationToken);
        }
    }

    private async Task<WebhookRecord> ReplaceAsync(
        Caller caller, UpsertMatch match, WebhookRecord found, string etag, string ownSecret, CancellationToken cancellationToken)
    {
        var unknown = await strictTypes.ReadAsync(found.TenantId, cancellationToken);
        var request = new UpdateWebhookRequest { Webhook = match.Webhook, UpdateMask = new() { Paths = { "*" } } };
        var lacksCustom = await plans.LackAsync(found.TenantId, Features.CustomDialect, cancellationToken);
        WebhookRecord Replace(WebhookRecord stored, DateTimeOffset now)
        {
            var current = WebhookMapper.ToProto(stored, now);
            var accepted = validator.Accept(request, current, unknown, ownSecret);
            DialectRules.RequirePlan(lacksCustom, current, accepted, found.TenantId);
            var changed = WebhookMapper.ToRecord(accepted, stored);
            if (ownSecret.Length > 0 && !secrets.IsCurrent(stored, ownSecret))
            {
                var newest = secrets.Seal(stored.Id, ownSecret, now);
                changed = changed with { Secrets = WebhookSecrets.Rotate(stored.Secrets, newest, SecretLimits.DefaultGrace, now) };
            }

            secrets.RequireKeys(stored, changed, now);
            return WebhookMapper.ToProto(changed, now).Equals(current) ? stored : changed;
        }

        return await changes.UpdateAsync(caller, found.Id, etag, Replace, cancellationToken);
    }

    /// <summary>What was matched was made, changed or deleted by somebody else since. With the caller's own etag that is final.</summary>
    private static bool IsLostRace(RequestException refusal, UpsertMatch match) => match.Webhook.Etag.Length == 0 && refusal.Reason switch
    {
        "EXTERNAL_ID_TAKEN" => match.Kind == MatchKind.ExternalId,
        "ETAG_MISMATCH" => true,
        "NOT_FOUND" => refusal.Message.StartsWith("There is no webhook", StringComparison.Ordinal),
        _ => false,
    };
}
