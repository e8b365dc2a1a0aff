using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Probing;
using ControlPlane.Egress.Tests.Peers;
using Strength = ControlPlane.Egress.Tests.Peers.RsaChain.Strength;

namespace ControlPlane.Egress.Tests.Trust;

/// <summary>What receivers do with OpenSSL, against OpenSSL's own server.</summary>
public sealed class OpensslTests
{
    private const string Refused = "The receiver's certificate is refused: ";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Send_ExpiredCrossSignatureIsSentAlong_IsTrustedByTheRootOfTheBundle(bool withOlderRoot)
    {
        using var chain = new RsaChain();
        using var cross = chain.CrossSignedAndExpired();
        await using var server = await OpensslServer.StartAsync(
            chain.Leaf, withOlderRoot ? [chain.Intermediate, cross, chain.Older] : [chain.Intermediate, cross]);
        using var egress = NewRig(chain);
        Assert.Contains(cross, await PresentedAsync(server.Port));
        using var response = await egress.PostAsync(server.Port);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("ECDHE-RSA-CHACHA20-POLY1305")]
    [InlineData("ECDHE-RSA-AES128-GCM-SHA256")]
    [InlineData("ECDHE-RSA-AES256-SHA384")]
    public async Task Send_OneCipherOfTls12_IsAgreedOn(string cipher)
    {
        using var chain = new RsaChain();
        await using var server = await OpensslServer.StartAsync(chain.Leaf, [chain.Intermediate], "-tls1_2", "-cipher", cipher);
        using var egress = NewRig(chain);
        using var response = await egress.PostAsync(server.Port);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Send_NoCipherInCommon_SaysSo()
    {
        using var chain = new RsaChain();
        await using var server = await OpensslServer.StartAsync(chain.Leaf, [chain.Intermediate], "-tls1_2", "-cipher", "AES128-SHA");
        using var egress = NewRig(chain);
        Assert.Equal(
            (EgressFailureKind.Tls, "The TLS handshake failed: the receiver refused every cipher that was offered."),
            Of(await egress.FailAsync(server.Port)));
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Send_ClientCertificateIsRequired_SaysSo(string version)
    {
        using var chain = new RsaChain();
        await using var server = await OpensslServer.StartAsync(
            chain.Leaf, [chain.Intermediate], version, "-Verify", "1", "-verify_return_error");
        using var egress = NewRig(chain);
        Assert.Equal(
            (EgressFailureKind.Tls, "The TLS handshake failed: the receiver wants a client certificate, and there is none."),
            Of(await egress.FailAsync(server.Port)));
    }

    [Fact]
    public async Task Probe_ClientCertificateIsRequired_SaysSo()
    {
        using var chain = new RsaChain();
        await using var server = await OpensslServer.StartAsync(
            chain.Leaf, [chain.Intermediate], "-tls1_2", "-Verify", "1", "-verify_return_error");
        using var egress = NewRig(chain);
        var report = await egress.Get<ReceiverProbe>().ProbeAsync(
            new($"https://{EgressRig.Host}:{server.Port}/"), "", own: null, TimeSpan.FromSeconds(30), Cancelled);
        Assert.Equal("The TLS handshake failed: the receiver wants a client certificate, and there is none.", report.Failure?.Message);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Send_ClientCertificateIsAskedForAndNotRequired_IsServed(string version)
    {
        using var chain = new RsaChain();
        await using var server = await OpensslServer.StartAsync(chain.Leaf, [chain.Intermediate], version, "-verify", "1");
        using var egress = NewRig(chain);
        using var response = await egress.PostAsync(server.Port);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Send_WeakLeaf_IsRefused()
    {
        using var chain = new RsaChain(leaf: new(Bits: 1024, IsSha1: true));
        Assert.Equal(
            Refused + "it has an RSA key of 1,024 bits, and 2,048 are the least; it is signed with SHA-1, which is broken.",
            await RefusalAsync(chain));
    }

    [Fact]
    public async Task Send_ShortKeyOfTheIntermediate_IsRefused()
    {
        using var chain = new RsaChain(intermediate: Strength.ShortKey);
        Assert.Equal(
            Refused + "the certificate of Test RSA intermediate in its chain has an RSA key of 1,024 bits, and 2,048 are the least.",
            await RefusalAsync(chain));
    }

    [Fact]
    public async Task Send_IntermediateIsSignedWithSha1_IsRefused()
    {
        using var chain = new RsaChain(intermediate: Strength.Sha1);
        Assert.Equal(
            Refused + "the certificate of Test RSA intermediate in its chain is signed with SHA-1, which is broken.",
            await RefusalAsync(chain));
    }

    [Fact]
    public async Task Send_ShortKeyOfTheRoot_IsRefused()
    {
        using var chain = new RsaChain(root: Strength.ShortKey);
        Assert.Equal(
            Refused + "the certificate of Test RSA root in its chain has an RSA key of 1,024 bits, and 2,048 are the least.",
            await RefusalAsync(chain));
    }

    [Fact]
    public async Task Send_TrustedRootSignedItselfWithSha1_IsTrusted()
    {
        using var chain = new RsaChain(root: Strength.Sha1);
        await using var server = await OpensslServer.StartAsync(chain.Leaf, [chain.Intermediate]);
        using var egress = NewRig(chain);
        using var response = await egress.PostAsync(server.Port);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task<string> RefusalAsync(RsaChain chain)
    {
        await using var server = await OpensslServer.StartAsync(chain.Leaf, [chain.Intermediate], "-cipher", "DEFAULT@SECLEVEL=0");
        using var egress = NewRig(chain);
        var (kind, message) = Of(await egress.FailAsync(server.Port));
        Assert.Equal(EgressFailureKind.Tls, kind);
        return message;
    }

    /// <summary>The issuers' certificates that the server sends.</summary>
    private static async Task<X509Certificate2[]> PresentedAsync(int port)
    {
        X509Certificate2[] presented = [];
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Cancelled);
        await using var tls = new SslStream(client.GetStream(), false, (_, _, chain, _) =>
        {
            presented = [.. chain!.ChainPolicy.ExtraStore];
            return false;
        });
        await Assert.ThrowsAsync<AuthenticationException>(() => tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions(), Cancelled));
        return presented;
    }

    private static (EgressFailureKind Kind, string Message) Of(EgressFailure failure) => (failure.Kind, failure.Message);

    private static EgressRig NewRig(RsaChain chain) => new(("TrustedCertificates", chain.BundlePath));
}
