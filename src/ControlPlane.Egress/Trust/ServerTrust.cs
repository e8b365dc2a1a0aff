using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Egress.Trust;

/// <summary>
/// Whom to believe to be the receiver: the system's roots first, then the operator's bundle. A wrong name or an expired certificate is refused whoever signed it.
/// </summary>
internal sealed class ServerTrust(X509Certificate2Collection extraRoots, TimeProvider time)
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    public SslClientAuthenticationOptions CreateOptions() => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateChainPolicy = CreatePolicy(),
        RemoteCertificateValidationCallback =
            (_, certificate, chain, errors) => Accept(certificate as X509Certificate2, chain, errors),
    };

    /// <exception cref="CertificateRefusedException">Says what is wrong; returning false would lose it.</exception>
    private bool Accept(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        X509ChainStatus[] status = chain?.ChainStatus ?? [];
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && extraRoots.Count > 0 && certificate is not null)
        {
            // Whatever the first chain ran into, such as an expired cross-signature that the receiver sends along: the way to a root
            // of the bundle may be another one, and only what is wrong on it counts.
            using var second = new X509Chain { ChainPolicy = CreatePolicy() };
            second.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            second.ChainPolicy.CustomTrustStore.AddRange(extraRoots);
            second.ChainPolicy.ExtraStore.AddRange(chain!.ChainPolicy.ExtraStore);
            if (second.Build(certificate))
            {
                errors &= ~SslPolicyErrors.RemoteCertificateChainErrors;
                if (errors == SslPolicyErrors.None)
                {
                    return true;
                }
            }

            status = second.ChainStatus;
        }

        throw new CertificateRefusedException(CertificateFault.Describe(errors, status, certificate, time.GetUtcNow()));
    }

    /// <summary>
    /// Downloads stay off: a certificate names URLs for its issuer and its revocation list, and fetching those would let a
    /// receiver make this server open connections the guard never sees.
    /// </summary>
    private static X509ChainPolicy CreatePolicy() => new()
    {
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        ApplicationPolicy = { ServerAuthentication },
    };
}
