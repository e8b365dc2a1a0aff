using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Webhooks.Secrets;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>
/// Shows the current secret of a webhook again, for an API of others in which that is how a secret is learned. For webhooks in that API's
/// dialect alone: the secrets of all others are shown once, when they are made. Of an Ed25519 key the public half is shown, which is
/// what a receiver verifies with.
/// </summary>
internal sealed class SecretReader(WebhookQueries queries, SecretSealer sealer, ILogger<SecretReader> logger)
{
    /// <exception cref="RequestException">NOT_FOUND; FAILED_PRECONDITION.</exception>
    public async Task<string> ReadAsync(Caller caller, string webhookId, string dialect, CancellationToken cancellationToken)
    {
        var webhook = await queries.GetAsync(caller, webhookId, cancellationToken);
        if (webhook.Dialect != dialect || webhook.CustomDialect is not null || webhook.AdditionalDialect.Length > 0)
        {
            throw RequestErrors.FailedPrecondition(
                "SECRET_SHOWN_ONCE",
                webhook.Id,
                $"The webhook \"{webhook.Id}\" does not sign in the dialect {dialect} alone, so its secret is shown once: when it is made.");
        }

        if (webhook.Secrets is [{ PublicKey: { } publicKey }, ..])
        {
            return publicKey;
        }

        if (webhook.Secrets is not [var current, ..] || !sealer.TryOpen(webhook.Id, current.Id, current.Sealed, out var secret))
        {
            throw RequestErrors.FailedPrecondition(
                "SECRET_UNREADABLE", webhook.Id, $"The secret of the webhook \"{webhook.Id}\" cannot be opened with the server's master key.");
        }

        WebhooksLog.SecretRead(logger, webhook.Id, webhook.TenantId, current.Id, caller.KeyId);
        return secret;
    }
}
