using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Administration;

/// <summary>What keys for the portal need beside what all keys do.</summary>
internal sealed class PortalAccess(IWebhookStore webhooks, IOptions<ConsoleOptions> options)
{
    /// <summary>Where the portal is entered with a key.</summary>
    public string Url(string secret) => $"{options.Value.Url}#token={secret}";

    /// <summary>Sees to it that a key is for webhooks of its tenant.</summary>
    /// <exception cref="RequestException">NOT_FOUND if one is not.</exception>
    public async Task RequireAsync(Caller caller, string? tenantId, IEnumerable<string> webhookIds, CancellationToken cancellationToken)
    {
        foreach (var webhookId in webhookIds)
        {
            if (await webhooks.GetAsync(webhookId, cancellationToken) is not { } webhook || webhook.TenantId != tenantId || !caller.Sees(webhook))
            {
                throw RequestErrors.NotFound("webhook", webhookId);
            }
        }
    }
}
