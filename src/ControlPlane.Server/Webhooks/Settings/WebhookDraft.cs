using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.EventTypes;
using ControlPlane.Server.Webhooks.Dialects;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;
using ControlPlane.V1;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>Begins drafts of webhooks.</summary>
internal sealed class WebhookDrafts(
    WebhookValidator validator, WebhookSecrets secrets, ContentFingerprint fingerprints, StrictEventTypes strictTypes, TenantPlans plans)
{
    /// <summary>Begins a draft in a tenant whose plan allows webhooks.</summary>
    /// <exception cref="RequestException">PERMISSION_DENIED.</exception>
    public async Task<WebhookDraft> BeginNewAsync(string tenantId, CancellationToken cancellationToken)
    {
        await plans.RequireAsync(tenantId, Features.Webhooks, cancellationToken);
        return await BeginAsync(tenantId, cancellationToken);
    }

    /// <summary>Reads what the tenant's catalogue of event types and its plan allow.</summary>
    public async Task<WebhookDraft> BeginAsync(string tenantId, CancellationToken cancellationToken)
    {
        var unknownType = await strictTypes.ReadAsync(tenantId, cancellationToken);
        var lacksCustomDialect = await plans.LackAsync(tenantId, Features.CustomDialect, cancellationToken);
        return new(validator, secrets, fingerprints, tenantId, unknownType, lacksCustomDialect);
    }
}

/// <summary>A webhook as a request asks for it, checked against the fields' rules and the tenant's catalogue and plan.</summary>
internal sealed class WebhookDraft(
    WebhookValidator validator, WebhookSecrets secrets, ContentFingerprint fingerprints, string tenantId,
    Predicate<string> unknownType, bool lacksCustomDialect)
{
    /// <summary>Returns the webhook that a create request asks for. It has no id and no secret yet.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT; PERMISSION_DENIED.</exception>
    public WebhookRecord Create(CreateWebhookRequest request)
    {
        var accepted = validator.Accept(request, unknownType);
        DialectRules.RequirePlan(lacksCustomDialect, current: null, accepted, tenantId);
        var webhook = WebhookMapper.ToRecord(accepted, WebhookMapper.Blank(tenantId));
        return request.RequestId.Length == 0
            ? webhook
            : webhook with
            {
                RequestId = request.RequestId,
                RequestFingerprint = fingerprints.Of(CreateContentMapper.ToBytes(request, tenantId)),
            };
    }

    /// <summary>Returns the webhook as an update makes it: the same instance if the update changes nothing.</summary>
    /// <param name="request">The update.</param>
    /// <param name="stored">The webhook as it is.</param>
    /// <param name="now">The current time, which decides the secrets that sign.</param>
    /// <param name="ownSecret">The secret it is to sign with; empty to keep its secrets.</param>
    /// <exception cref="RequestException">INVALID_ARGUMENT; PERMISSION_DENIED.</exception>
    public WebhookRecord Change(UpdateWebhookRequest request, WebhookRecord stored, DateTimeOffset now, string ownSecret = "")
    {
        var current = WebhookMapper.ToProto(stored, now);
        var newSecret = ownSecret.Length > 0 && !secrets.IsCurrent(stored, ownSecret) ? ownSecret : "";
        var accepted = validator.Accept(request, current, unknownType, newSecret);
        DialectRules.RequirePlan(lacksCustomDialect, current, accepted, tenantId);
        var changed = WebhookMapper.ToRecord(accepted, stored);
        if (newSecret.Length > 0)
        {
            var newest = secrets.Seal(changed, WebhookSecrets.Normalize(changed, newSecret), now);
            changed = changed with { Secrets = WebhookSecrets.Rotate(stored.Secrets, newest, SecretLimits.DefaultGrace, now) };
        }

        secrets.RequireKeys(stored, changed, now);
        // Credentials look the same whatever they are.
        return WebhookMapper.ToProto(changed, now).Equals(current) && secrets.KeepsCredentials(stored, changed) ? stored : changed;
    }
}
