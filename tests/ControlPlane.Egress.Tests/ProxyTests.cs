using System.Net;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Testing;

namespace ControlPlane.Egress.Tests;

public sealed class ProxyTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Send_ThroughProxy_LeavesTheNameToTheProxyAndChecksTheCertificate()
    {
        using var certificate = _authority.Issue(EgressRig.Host);
        await using var receiver = await Receiver.StartAsync(certificate, _ => Task.CompletedTask);
        using var proxy = new ForwardProxy(receiver.Port);
        using var egress = NewRig(proxy.Port);

        using var response = await egress.PostAsync(443);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith($"CONNECT {EgressRig.Host}:443 ", proxy.Head, StringComparison.Ordinal);
        Assert.Empty(egress.Resolver.Asked);
    }

    [Fact]
    public async Task Send_ThroughProxyToWrongHost_IsRefused()
    {
        using var certificate = _authority.Issue("other.example.com");
        await using var receiver = await Receiver.StartAsync(certificate, _ => Task.CompletedTask);
        using var proxy = new ForwardProxy(receiver.Port);
        using var egress = NewRig(proxy.Port);
        Assert.Equal(EgressFailureKind.Tls, (await egress.FailAsync(443)).Kind);
    }

    [Theory]
    [InlineData("10.0.0.1", 443)]
    [InlineData("[::1]", 443)]
    [InlineData("intranet", 443)]
    [InlineData("metadata.google.internal", 443)]
    [InlineData(EgressRig.Host, 22)]
    public async Task Send_ThroughProxyToPrivateNameOrPort_IsBlockedBeforeTheProxy(string host, int port)
    {
        using var proxy = new ForwardProxy(0);
        using var egress = NewRig(proxy.Port);
        Assert.Equal(EgressFailureKind.BlockedAddress, (await egress.FailAsync(port, host)).Kind);
        Assert.Empty(proxy.Head);
    }

    [Fact]
    public async Task Send_ProxyRefuses_FailsAsConnect()
    {
        using var proxy = new ForwardProxy(0, "403 Forbidden");
        using var egress = NewRig(proxy.Port);
        Assert.Equal(
            new EgressFailure(EgressFailureKind.Connect, "The proxy did not open a connection."), await egress.FailAsync(443));
    }

    [Fact]
    public async Task Send_ProxyGone_FailsAsConnect()
    {
        using var deaf = new DeafPort();
        using var egress = NewRig(deaf.Port);
        var failure = await egress.FailAsync(443);
        Assert.Equal(EgressFailureKind.Connect, failure.Kind);
        Assert.StartsWith("No connection was made:", failure.Message, StringComparison.Ordinal);
    }

    private EgressRig NewRig(int proxyPort) => new(
        ("AllowedNetworks", ""), ("Proxy", $"http://127.0.0.1:{proxyPort}"), ("TrustedCertificates", _authority.BundlePath));
}
