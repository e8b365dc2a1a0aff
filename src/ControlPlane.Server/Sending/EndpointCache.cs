using System.Collections.Concurrent;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Secrets;
using ControlPlane.Signing;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Sending;

/// <summary>Endpoints by webhook, made anew when the webhook's version changes.</summary>
internal sealed class EndpointCache : IDisposable
{
    private readonly ConcurrentDictionary<string, Endpoint> _endpoints = new(StringComparer.Ordinal);
    private readonly WebhookCatalog _catalog;
    private readonly SecretSealer _sealer;
    private readonly SendingOptions _options;
    private readonly ILogger<EndpointCache> _log;

    public EndpointCache(WebhookCatalog catalog, SecretSealer sealer, IOptions<SendingOptions> options, ILogger<EndpointCache> log)
    {
        (_catalog, _sealer, _options, _log) = (catalog, sealer, options.Value, log);
        catalog.Changed += Forget;
    }

    /// <summary>The webhook made ready, or null if its secrets cannot be opened (logged: the master key is another one).</summary>
    public Endpoint? Get(WebhookRecord webhook)
    {
        if (_endpoints.TryGetValue(webhook.Id, out var held) && held.Webhook.Version == webhook.Version)
        {
            return held;
        }

        var made = Make(webhook);
        if (made is not null)
        {
            _endpoints[webhook.Id] = made;
        }

        return made;
    }

    public void Dispose() => _catalog.Changed -= Forget;

    private Endpoint? Make(WebhookRecord webhook)
    {
        if (!Dialects.TryGet(webhook.Dialect, out var dialect))
        {
            SendingLog.UnknownDialect(_log, webhook.Id, webhook.Dialect);
            return null;
        }

        var keys = new List<EndpointKey>(webhook.Secrets.Count);
        foreach (var secret in webhook.Secrets)
        {
            if (!_sealer.TryOpen(webhook.Id, secret.Id, secret.Sealed, out var opened))
            {
                SendingLog.SecretUnusable(_log, webhook.Id, secret.Id);
                return null;
            }

            keys.Add(new(SigningKey.FromSecret(dialect, opened), secret.ExpireTime));
        }

        return new(webhook, new WebhookSigner(dialect), keys, webhook.Timeout ?? _options.Timeout);
    }

    private void Forget(string tenantId, string webhookId) => _endpoints.TryRemove(webhookId, out _);
}
