using System.Diagnostics.CodeAnalysis;
using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>What of a webhook's settings gives its requests access to the receiver. Sealed in the store, like the secrets that sign.</summary>
internal static class WebhookCredentials
{
    private const string CertificateKey = "client certificate";
    private const string ClientSecret = "client secret";

    /// <summary>A webhook with its credentials as they are stored.</summary>
    public static WebhookRecord Seal(this SecretSealer sealer, WebhookRecord webhook) => webhook with
    {
        Headers = HeaderCredentials.Seal(sealer, webhook),
        ClientCertificate = webhook.ClientCertificate is { } certificate
            ? certificate with { Key = sealer.SealText(webhook.Id, CertificateKey, certificate.Key) }
            : null,
        Oauth2 = webhook.Oauth2 is { } client
            ? client with { ClientSecret = sealer.SealText(webhook.Id, ClientSecret, client.ClientSecret) }
            : null,
    };

    /// <summary>A webhook with its credentials as they are sent; false if one cannot be opened.</summary>
    public static bool TryOpen(this SecretSealer sealer, WebhookRecord webhook, [NotNullWhen(true)] out WebhookRecord? opened)
    {
        opened = null;
        if (HeaderCredentials.Open(sealer, webhook) is not { } headers)
        {
            return false;
        }

        var certificate = webhook.ClientCertificate;
        if (certificate is not null)
        {
            if (!sealer.TryOpenText(webhook.Id, CertificateKey, certificate.Key, out var key))
            {
                return false;
            }

            certificate = certificate with { Key = key };
        }

        var client = webhook.Oauth2;
        if (client is not null)
        {
            if (!sealer.TryOpenText(webhook.Id, ClientSecret, client.ClientSecret, out var secret))
            {
                return false;
            }

            client = client with { ClientSecret = secret };
        }

        opened = webhook with { Headers = headers, ClientCertificate = certificate, Oauth2 = client };
        return true;
    }

    /// <summary>Whether two states of a webhook have the same credentials; not if that cannot be told.</summary>
    public static bool HaveSame(this SecretSealer sealer, WebhookRecord before, WebhookRecord after) =>
        sealer.TryOpen(before, out var one)
        && sealer.TryOpen(after, out var other)
        && one.Headers.Count == other.Headers.Count
        && one.Headers.All(header => other.Headers.TryGetValue(header.Key, out var value) && value == header.Value)
        && one.ClientCertificate?.Key == other.ClientCertificate?.Key
        && one.Oauth2?.ClientSecret == other.Oauth2?.ClientSecret;
}
