using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Egress.Trust;

/// <summary>A certificate that is presented to receivers that ask for one, with its key and what issued it.</summary>
internal sealed class ClientCertificate
{
    private ClientCertificate(X509Certificate2 own, X509Certificate2Collection issuers)
    {
        // Offline: a certificate names URLs for what issued it, which are not fetched.
        Context = SslStreamCertificateContext.Create(own, issuers, offline: true);
        Subject = own.Subject;
        ExpireTime = issuers.Append(own).Min(certificate => certificate.NotAfter.ToUniversalTime());
    }

    public SslStreamCertificateContext Context { get; }

    public string Subject { get; }

    /// <summary>When the first of its chain ends.</summary>
    public DateTimeOffset ExpireTime { get; }

    /// <summary>Reads a certificate.</summary>
    /// <param name="chain">The certificate, then those that issued it, in PEM.</param>
    /// <param name="key">The private key in PEM.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">They are none, or the key is another one's.</exception>
    /// <exception cref="ArgumentException">They are none.</exception>
    public static ClientCertificate FromPem(string chain, string key)
    {
        var issuers = new X509Certificate2Collection();
        issuers.ImportFromPem(chain);
        issuers.RemoveAt(0);
        var own = X509Certificate2.CreateFromPem(chain, key);
        return new(OperatingSystem.IsWindows() ? Reloaded(own) : own, issuers);
    }

    /// <summary>Windows presents no certificate whose key it does not keep.</summary>
    private static X509Certificate2 Reloaded(X509Certificate2 own) =>
        X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), password: null);
}
