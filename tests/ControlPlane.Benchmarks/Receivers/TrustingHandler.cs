using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Receivers;

/// <summary>An HTTP handler that adds nothing to a request, set up as the server's own one is, and trusts the receivers of this run.</summary>
internal static class TrustingHandler
{
    public static SocketsHttpHandler Create(TestAuthority certificates)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(certificates.Root);
        return new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
        };
    }
}
