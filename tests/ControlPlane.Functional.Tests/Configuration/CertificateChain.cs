using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Functional.Tests.Configuration;

/// <summary>A root, an intermediate, and certificates for this machine that the intermediate signed. Clients know the root alone.</summary>
internal sealed class CertificateChain : IDisposable
{
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _intermediate;

    public CertificateChain()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = Request("root", rootKey, authority: true);
        _root = root.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(60));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Request("intermediate", key, authority: true).Create(_root, Now.AddDays(-30), Now.AddDays(60), Serial());
        _intermediate = signed.CopyWithPrivateKey(key);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Writes a new certificate with the intermediate, and its key.</summary>
    public void Write(string certificatePath, string keyPath, string name, int validDays = 30)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key, authority: false);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var leaf = request.Create(_intermediate, Now.AddDays(-20), Now.AddDays(validDays), Serial());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificatePath, $"{leaf.ExportCertificatePem()}\n{_intermediate.ExportCertificatePem()}\n");
    }

    /// <summary>Connects as a client that trusts the root; returns the subject that it was shown.</summary>
    public async Task<string> HandshakeAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                CertificateChainPolicy = new()
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { _root },
                    RevocationMode = X509RevocationMode.NoCheck,
                    DisableCertificateDownloads = true,
                },
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(SslApplicationProtocol.Http2, tls.NegotiatedApplicationProtocol);
        return tls.RemoteCertificate!.Subject;
    }

    public void Dispose()
    {
        _root.Dispose();
        _intermediate.Dispose();
    }

    private static CertificateRequest Request(string name, ECDsa key, bool authority)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, false, 0, true));
        return request;
    }

    private static byte[] Serial() => RandomNumberGenerator.GetBytes(16);
}
