using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>How a change of a webhook ended.</summary>
/// <param name="Outcome">
/// Done, or what the store refused the change for. StaleConfig means that others changed the webhook in between, as often as the
/// change was tried.
/// </param>
/// <param name="Webhook">The webhook as stored; the webhook that was asked for, if the change was refused.</param>
/// <param name="Secret">The new secret; empty if the change set none.</param>
internal sealed record WebhookChange(WebhookWriteOutcome Outcome, WebhookRecord Webhook, string Secret = "")
{
    /// <summary>Returns the change if it is stored.</summary>
    /// <exception cref="RequestException">NOT_FOUND; ABORTED; ALREADY_EXISTS; RESOURCE_EXHAUSTED.</exception>
    public WebhookChange OrThrow() => Outcome == WebhookWriteOutcome.Done ? this : throw WebhookConflicts.Refusal(Outcome, Webhook);
}
