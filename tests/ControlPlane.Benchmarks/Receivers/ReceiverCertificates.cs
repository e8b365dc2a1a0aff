using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Benchmarks.Receivers;

/// <summary>A certificate authority of one run, and the certificate for this machine that it signed.</summary>
internal sealed class ReceiverCertificates : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    public ReceiverCertificates()
    {
        var now = TimeProvider.System.GetUtcNow();
        var (from, until) = (now.AddMinutes(-5), now.AddDays(2));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=benchmark authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        authority.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authority.PublicKey, false));
        Authority = authority.CreateSelfSigned(from, until);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        server.CertificateExtensions.Add(names.Build());
        server.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        server.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], false));
        server.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Authority, true, false));
        using var signed = server.Create(Authority, from, until, RandomNumberGenerator.GetBytes(16));
        Server = signed.CopyWithPrivateKey(key);
    }

    public X509Certificate2 Authority { get; }

    public string AuthorityPem => Authority.ExportCertificatePem();

    public X509Certificate2 Server { get; }

    public string ServerPem => Server.ExportCertificatePem();

    public string ServerKeyPem
    {
        get
        {
            using var key = Server.GetECDsaPrivateKey()!;
            return key.ExportPkcs8PrivateKeyPem();
        }
    }

    public void Dispose()
    {
        Authority.Dispose();
        Server.Dispose();
    }
}
