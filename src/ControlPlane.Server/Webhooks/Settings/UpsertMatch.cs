using ControlPlane.Egress.Policy;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Storage;
using ControlPlane.V1;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>Which webhook an upsert is about, and what it is to become.</summary>
/// <param name="Kind">What it is found by.</param>
/// <param name="Text">The id, external id or canonical URL.</param>
/// <param name="Webhook">The settings, with what it is found by filled in.</param>
internal sealed record UpsertMatch(UpsertWebhookRequest.MatchOneofCase Kind, string Text, Webhook Webhook)
{
    /// <summary>Reads a request; the settings themselves are checked when it is known whether the webhook exists.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static UpsertMatch Read(UpsertWebhookRequest request, UrlPolicy urls)
    {
        var violations = new Violations();
        if (request.Webhook is null)
        {
            violations.Add("webhook", "REQUIRED", "must be set");
        }
        else
        {
            WebhookValidator.CheckPlace(violations, request.Webhook);
        }

        var text = request.MatchCase switch
        {
            UpsertWebhookRequest.MatchOneofCase.WebhookId => request.WebhookId,
            UpsertWebhookRequest.MatchOneofCase.ExternalId => request.ExternalId,
            UpsertWebhookRequest.MatchOneofCase.Url => request.Url,
            _ => "",
        };
        if (text.Length == 0)
        {
            violations.Add("match", "REQUIRED", "must be webhook_id, external_id or url, and not empty");
        }

        CheckText(violations, request);
        violations.ThrowIfAny();
        var webhook = request.Webhook!.Clone();
        switch (request.MatchCase)
        {
            case UpsertWebhookRequest.MatchOneofCase.ExternalId:
                webhook.ExternalId = Agree(violations, "webhook.external_id", webhook.ExternalId, text);
                break;
            case UpsertWebhookRequest.MatchOneofCase.Url:
                text = Canonical(urls, text);
                webhook.Url = Agree(violations, "webhook.url", webhook.Url.Length > 0 ? Canonical(urls, webhook.Url) : "", text);
                break;
        }

        violations.ThrowIfAny();
        return new(request.MatchCase, text, webhook);
    }

    /// <summary>Whether a stored webhook is the one.</summary>
    public bool Covers(WebhookRecord stored) => Kind == UpsertWebhookRequest.MatchOneofCase.ExternalId
        ? stored.ExternalId == Text
        : stored.Url == Text && stored.Instances.ToHashSet(StringComparer.Ordinal).SetEquals(Webhook.Instances);

    private static void CheckText(Violations violations, UpsertWebhookRequest request)
    {
        switch (request.MatchCase)
        {
            case UpsertWebhookRequest.MatchOneofCase.WebhookId:
                FieldRules.CheckId(violations, "webhook_id", request.WebhookId);
                break;
            case UpsertWebhookRequest.MatchOneofCase.ExternalId:
                FieldRules.CheckText(violations, "external_id", request.ExternalId, WebhookLimits.ExternalId);
                break;
            case UpsertWebhookRequest.MatchOneofCase.Url:
                FieldRules.CheckText(violations, "url", request.Url, UrlPolicy.MaxLength);
                break;
        }
    }

    // With another value the webhook would not be found by the next such request.
    private static string Agree(Violations violations, string field, string value, string match)
    {
        if (value.Length > 0 && value != match)
        {
            violations.Add(field, "MATCH_DIFFERS", "must be what the webhook is matched by, or empty");
        }

        return match;
    }

    /// <summary>The form in which a URL is stored. One that is refused today can be that of a webhook made under other rules.</summary>
    public static string Canonical(UrlPolicy urls, string url) => urls.Check(url).Url?.AbsoluteUri ?? url;
}
