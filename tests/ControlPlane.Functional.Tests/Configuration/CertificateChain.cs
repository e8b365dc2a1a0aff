using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Configuration;

/// <summary>A root, an intermediate, and certificates for this machine that the intermediate signed. Clients know the root alone.</summary>
internal sealed class CertificateChain : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly X509Certificate2 _intermediate;

    public CertificateChain() => _intermediate = _authority.IssueIntermediate();

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Writes a new certificate with the intermediate, and its key.</summary>
    public void Write(string certificatePath, string keyPath, string name, int validDays = 30)
    {
        using var leaf = TestAuthority.Issue(_intermediate, "127.0.0.1", Now.AddDays(-20), Now.AddDays(validDays), name: name);
        File.WriteAllText(keyPath, TestAuthority.KeyPem(leaf));
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
                    CustomTrustStore = { _authority.Root },
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
        _authority.Dispose();
        _intermediate.Dispose();
    }
}
