using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Cli.Demo;

/// <summary>A certificate authority for an hour and a certificate of this machine that it signed.</summary>
internal sealed class DemoCertificates : IDisposable
{
    private readonly X509Certificate2 _authority;

    public DemoCertificates(TimeProvider time)
    {
        var (from, until) = (time.GetUtcNow().AddMinutes(-5), time.GetUtcNow().AddHours(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=hookctl demo authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        authority.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authority.PublicKey, false));
        _authority = authority.CreateSelfSigned(from, until);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var receiver = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        receiver.CertificateExtensions.Add(names.Build());
        receiver.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        receiver.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        receiver.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        receiver.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, true, false));
        using var signed = receiver.Create(_authority, from, until, RandomNumberGenerator.GetBytes(16));
        using var withKey = signed.CopyWithPrivateKey(key);
        // Some systems cannot serve TLS with a key that was never in a container.
        Receiver = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>What the server has to trust.</summary>
    public string AuthorityPem => _authority.ExportCertificatePem();

    /// <summary>For 127.0.0.1 and localhost, with its key.</summary>
    public X509Certificate2 Receiver { get; }

    public void Dispose()
    {
        _authority.Dispose();
        Receiver.Dispose();
    }
}
