using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Egress.Tests.Peers;

/// <summary>A certificate authority that lives as long as its test, with its root in a PEM file.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly X509Certificate2 _root;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = NewRequest($"CN=Test root {Guid.NewGuid():N}", key, isAuthority: true);
        _root = request.CreateSelfSigned(Now.AddYears(-2), Now.AddYears(2));
        BundlePath = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".pem");
        File.WriteAllText(BundlePath, _root.ExportCertificatePem());
    }

    public string BundlePath { get; }

    public void Dispose()
    {
        File.Delete(BundlePath);
        _root.Dispose();
    }

    public X509Certificate2 Issue(string host) => Issue(host, Now.AddDays(-1), Now.AddDays(1));

    public X509Certificate2 IssueExpired(string host) => Issue(host, Now.AddDays(-9), Now.AddDays(-3));

    public X509Certificate2 IssueEarly(string host) => Issue(host, Now.AddDays(3), Now.AddDays(9));

    public X509Certificate2 IssueForClients(string host) => Issue(host, Now.AddDays(-1), Now.AddDays(1), ClientAuthentication);

    public static X509Certificate2 SelfSigned(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return ForHost(NewRequest($"CN={host}", key, isAuthority: false), host).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
    }

    /// <summary>A certificate from an intermediate that nobody presents, naming a URL where it could be fetched.</summary>
    public X509Certificate2 IssueFromIntermediate(string host, Uri issuerUrl)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var bare = NewRequest("CN=Test intermediate", key, isAuthority: true)
            .Create(_root, Now.AddDays(-2), Now.AddDays(2), RandomNumberGenerator.GetBytes(8));
        using var intermediate = bare.CopyWithPrivateKey(key);
        return Sign(intermediate, host, Now.AddDays(-1), Now.AddDays(1), ServerAuthentication, issuerUrl);
    }

    private X509Certificate2 Issue(string host, DateTimeOffset from, DateTimeOffset to, string usage = ServerAuthentication) =>
        Sign(_root, host, from, to, usage, issuerUrl: null);

    private static X509Certificate2 Sign(
        X509Certificate2 issuer, string host, DateTimeOffset from, DateTimeOffset to, string usage, Uri? issuerUrl)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = ForHost(NewRequest($"CN={host}", key, isAuthority: false), host);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        if (issuerUrl is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([], [issuerUrl.AbsoluteUri]));
        }

        using var bare = request.Create(issuer, from, to, RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }

    private static CertificateRequest NewRequest(string subject, ECDsa key, bool isAuthority)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(isAuthority, hasPathLengthConstraint: false, 0, critical: true));
        return request;
    }

    private static CertificateRequest ForHost(CertificateRequest request, string host)
    {
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        return request;
    }
}
