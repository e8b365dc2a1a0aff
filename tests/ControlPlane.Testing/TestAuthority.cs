using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Testing;

/// <summary>A certificate authority that lives as long as its test, and the certificates that it signs.</summary>
public sealed class TestAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string ThisMachine = "localhost";

    private readonly DateTimeOffset _now;

    private readonly Lazy<string> _bundle;

    /// <param name="now">The time that what it signs goes by; null for that of the machine.</param>
    public TestAuthority(DateTimeOffset? now = null)
    {
        _now = now ?? TimeProvider.System.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Root = ForAuthority($"Test root {Guid.NewGuid():N}", key).CreateSelfSigned(_now.AddYears(-2), _now.AddYears(2));
        Server = Issue(ThisMachine);
        _bundle = new(() =>
        {
            var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".pem");
            File.WriteAllText(path, AuthorityPem);
            return path;
        });
    }

    private DateTimeOffset From => _now.AddDays(-1);

    /// <summary>Later than what owners of webhooks are warned of.</summary>
    private DateTimeOffset Until => _now.AddDays(60);

    public X509Certificate2 Root { get; }

    /// <summary>The root, which those that are to trust this authority get.</summary>
    public string AuthorityPem => Root.ExportCertificatePem();

    /// <summary>A file with the root, which goes with this.</summary>
    public string BundlePath => _bundle.Value;

    /// <summary>A certificate with its key for this machine, by its name and by its address.</summary>
    public X509Certificate2 Server { get; }

    public string ServerPem => Server.ExportCertificatePem();

    public string ServerKeyPem => KeyPem(Server);

    /// <summary>Makes connections to servers with certificates of it, and to no others.</summary>
    public SocketsHttpHandler Trusting() => new()
    {
        UseProxy = false,
        SslOptions =
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { Root },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    };

    public X509Certificate2 Issue(string host) => Issue(host, From, Until);

    public X509Certificate2 Issue(string host, DateTimeOffset from, DateTimeOffset until) => Issue(Root, host, from, until);

    public X509Certificate2 IssueExpired(string host) => Issue(host, _now.AddDays(-9), _now.AddDays(-3));

    public X509Certificate2 IssueEarly(string host) => Issue(host, _now.AddDays(3), _now.AddDays(9));

    public X509Certificate2 IssueForClients(string host) => Issue(Root, host, From, Until, ClientAuthentication);

    /// <summary>Signs a client certificate that ends so many days from now.</summary>
    public X509Certificate2 IssueForClients(string host, double days, X509Certificate2? issuer = null) =>
        Issue(issuer ?? Root, host, _now.AddDays(-9), _now.AddDays(days), ClientAuthentication);

    /// <summary>Whether a client's certificate, with what was presented behind it, leads to this authority.</summary>
    public bool HasIssued(X509Certificate2 certificate, X509Chain? presented)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ExtraStore.AddRange(presented?.ChainPolicy.ExtraStore ?? []);
        return chain.Build(certificate);
    }

    /// <summary>A certificate from an intermediate that nobody presents, naming a URL where it could be fetched.</summary>
    public X509Certificate2 IssueFromIntermediate(string host, Uri issuerUrl)
    {
        using var intermediate = IssueIntermediate();
        return Issue(intermediate, host, From, Until, issuerUrl: issuerUrl);
    }

    /// <summary>An authority that this one signed.</summary>
    public X509Certificate2 IssueIntermediate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = ForAuthority("Test intermediate", key)
            .Create(Root, _now.AddYears(-1), _now.AddYears(1), RandomNumberGenerator.GetBytes(16));
        return signed.CopyWithPrivateKey(key);
    }

    public static X509Certificate2 SelfSigned(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return ForHost(host, host, key).CreateSelfSigned(now.AddDays(-1), now.AddDays(60));
    }

    /// <summary>Signs a certificate with its key for a host, which <paramref name="name"/> calls otherwise in its subject.</summary>
    public static X509Certificate2 Issue(
        X509Certificate2 issuer, string host, DateTimeOffset from, DateTimeOffset until, string usage = ServerAuthentication,
        Uri? issuerUrl = null, string? name = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = ForHost(name ?? host, host, key);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
        if (issuerUrl is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([], [issuerUrl.AbsoluteUri]));
        }

        using var signed = request.Create(issuer, from, until, RandomNumberGenerator.GetBytes(16));
        return signed.CopyWithPrivateKey(key);
    }

    public static string KeyPem(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm key = (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    public void Dispose()
    {
        if (_bundle.IsValueCreated)
        {
            File.Delete(_bundle.Value);
        }

        Root.Dispose();
        Server.Dispose();
    }

    private static CertificateRequest ForAuthority(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static CertificateRequest ForHost(string name, string host, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host);
        }

        if (host == ThisMachine)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        return request;
    }
}
