using System.Collections.Concurrent;
using ControlPlane.Egress;
using ControlPlane.Egress.Trust;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Webhooks.Dialects;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Sending;

/// <summary>Endpoints by webhook, recreated when the webhook's version changes.</summary>
internal sealed class EndpointCache : IDisposable
{
    private readonly ConcurrentDictionary<string, Endpoint> _endpoints = new(StringComparer.Ordinal);
    private readonly WebhookCatalog _catalog;
    private readonly SecretSealer _sealer;
    private readonly TokenFetcher _tokens;
    private readonly SendingOptions _options;
    private readonly ILogger<EndpointCache> _log;

    /// <summary>One at a time, so that of each webhook there is one set of connections.</summary>
    private readonly Lock _making = new();

    public EndpointCache(
        WebhookCatalog catalog, SecretSealer sealer, TokenFetcher tokens, IOptions<SendingOptions> options, ILogger<EndpointCache> log)
    {
        (_catalog, _sealer, _tokens, _options, _log) = (catalog, sealer, tokens, options.Value, log);
        catalog.Changed += Forget;
    }

    /// <summary>The deadline of one attempt on a webhook that sets none.</summary>
    public TimeSpan DefaultTimeout => _options.Timeout;

    /// <summary>The webhook made ready, or null (logged) if it cannot be sent to: its secrets do not open under this master key, or it was
    /// stored by a version with other dialects.</summary>
    public Endpoint? Get(WebhookRecord webhook)
    {
        if (_endpoints.TryGetValue(webhook.Id, out var held) && held.Webhook.Version == webhook.Version)
        {
            return held;
        }

        lock (_making)
        {
            if (_endpoints.TryGetValue(webhook.Id, out held) && held.Webhook.Version == webhook.Version)
            {
                return held;
            }

            if (Make(webhook) is not { } made)
            {
                return null;
            }

            _endpoints[webhook.Id] = made;
            held?.Dispose();
            return made;
        }
    }

    public void Dispose()
    {
        _catalog.Changed -= Forget;
        foreach (var endpoint in _endpoints.Values)
        {
            endpoint.Dispose();
        }
    }

    private Endpoint? Make(WebhookRecord webhook)
    {
        if (!WebhookDialects.TryGet(webhook, out var dialects))
        {
            SendingLog.UnknownDialect(_log, webhook.Id, webhook.CustomDialect?.Name ?? webhook.Dialect, webhook.AdditionalDialect);
            return null;
        }

        var secrets = new List<(string, DateTimeOffset?)>(webhook.Secrets.Count);
        foreach (var secret in webhook.Secrets)
        {
            if (!_sealer.TryOpen(webhook.Id, secret.Id, secret.Sealed, out var opened))
            {
                SendingLog.SecretUnusable(_log, webhook.Id, secret.Id);
                return null;
            }

            secrets.Add((opened, secret.ExpireTime));
        }

        if (!_sealer.TryOpen(webhook, out var ready))
        {
            SendingLog.SecretUnusable(_log, webhook.Id, "among the credentials");
            return null;
        }

        var timeout = webhook.Timeout ?? _options.Timeout;
        var token = ready.Oauth2 is { } client ? new TokenSource(_tokens, client, ready.TenantId, timeout) : null;
        return new(ready, dialects, secrets, timeout, Connect(ready.ClientCertificate), token);
    }

    private static ClientConnections? Connect(ClientCertificateRecord? certificate) =>
        certificate is null ? null : new(ClientCertificate.FromPem(certificate.Chain, certificate.Key));

    private void Forget(string tenantId, string webhookId)
    {
        if (_endpoints.TryRemove(webhookId, out var endpoint))
        {
            endpoint.Dispose();
        }
    }
}
