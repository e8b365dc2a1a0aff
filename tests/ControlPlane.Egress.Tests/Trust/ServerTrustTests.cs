using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Egress.Trust;
using ControlPlane.Testing;

namespace ControlPlane.Egress.Tests.Trust;

public sealed class ServerTrustTests : IDisposable
{
    private const string Refused = "The receiver's certificate is refused: ";

    private readonly TestAuthority _authority = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Send_RootInBundle_IsTrusted()
    {
        using var certificate = _authority.Issue(EgressRig.Host);
        await using var receiver = await Receiver.StartAsync(certificate, _ => Task.CompletedTask);
        using var egress = NewRig();
        using var response = await egress.PostAsync(receiver.Port);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Send_CertificateThatEndsSoon_IsNotedUntilItIsReplaced()
    {
        using var ending = _authority.Issue(EgressRig.Host, TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(10));
        using var lasting = _authority.Issue(EgressRig.Host);
        using var egress = NewRig();
        var noted = egress.Get<ServerTrust>().EndingCertificates;
        await using (var receiver = await Receiver.StartAsync(ending, _ => Task.CompletedTask))
        {
            using var response = await egress.PostAsync(receiver.Port);
            Assert.Equal(ending.NotAfter.ToUniversalTime(), noted.Find(new($"https://{EgressRig.Host}:{receiver.Port}/a"))!.Value.UtcDateTime);
            Assert.Null(noted.Find(new($"https://other.example.com:{receiver.Port}/")));
        }

        await using var renewed = await Receiver.StartAsync(lasting, _ => Task.CompletedTask);
        using var second = await egress.PostAsync(renewed.Port);
        Assert.Null(noted.Find(new($"https://{EgressRig.Host}:{renewed.Port}/")));
    }

    [Fact]
    public async Task Send_AddressInCertificate_IsTrusted()
    {
        using var certificate = _authority.Issue("127.0.0.1");
        await using var receiver = await Receiver.StartAsync(certificate, _ => Task.CompletedTask);
        using var egress = NewRig();
        using var response = await egress.PostAsync(receiver.Port, host: "127.0.0.1");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Send_RootNotInBundle_IsRefused()
    {
        using var certificate = _authority.Issue(EgressRig.Host);
        using var egress = new EgressRig();
        Assert.Equal(
            Refused + "its issuer is unknown, or the receiver leaves out an intermediate certificate.",
            await RefusalAsync(egress, certificate));
    }

    [Fact]
    public async Task Send_RootOfAnotherAuthorityInBundle_IsRefused()
    {
        using var other = new TestAuthority();
        using var certificate = other.Issue(EgressRig.Host);
        using var egress = NewRig();
        Assert.Contains("is refused: its issuer is unknown", await RefusalAsync(egress, certificate), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_SelfSigned_IsRefused()
    {
        using var certificate = TestAuthority.SelfSigned(EgressRig.Host);
        using var egress = NewRig();
        Assert.Equal(Refused + "it is self-signed.", await RefusalAsync(egress, certificate));
    }

    [Fact]
    public async Task Send_Expired_IsRefusedThoughTheRootIsTrusted()
    {
        using var certificate = _authority.IssueExpired(EgressRig.Host);
        using var egress = NewRig();
        Assert.Matches($"^{Refused}it expired on 20[0-9-]+\\.$", await RefusalAsync(egress, certificate));
    }

    [Fact]
    public async Task Send_NotYetValid_IsRefused()
    {
        using var certificate = _authority.IssueEarly(EgressRig.Host);
        using var egress = NewRig();
        var message = await RefusalAsync(egress, certificate);
        Assert.StartsWith(Refused + "it is not valid before 20", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_CertificateOfAnotherHost_IsRefusedThoughTheRootIsTrusted()
    {
        using var certificate = _authority.Issue("other.example.com");
        using var egress = NewRig();
        Assert.Equal(Refused + "it is for another host.", await RefusalAsync(egress, certificate));
    }

    [Fact]
    public async Task Send_CertificateForClients_IsRefused()
    {
        using var certificate = _authority.IssueForClients(EgressRig.Host);
        using var egress = NewRig();
        using var server = new TlsListener(certificate);
        Assert.Contains("it is not meant for servers", (await egress.FailAsync(server.Port)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_CertificateNamesItsIssuersUrl_NothingIsFetched()
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        var issuerUrl = new Uri($"http://{elsewhere.LocalEndpoint}/issuer.crt");
        using var certificate = _authority.IssueFromIntermediate(EgressRig.Host, issuerUrl);
        using var server = new TlsListener(certificate);
        using var egress = NewRig();

        var failure = await egress.FailAsync(server.Port);

        Assert.Equal(EgressFailureKind.Tls, failure.Kind);
        Assert.False(elsewhere.Pending());
    }

    [Fact]
    public async Task CreateOptions_UsedForManyHandshakes_KeepsNothingOfThem()
    {
        using var certificate = _authority.Issue(EgressRig.Host);
        using var server = new TlsListener(certificate);
        using var root = X509CertificateLoader.LoadCertificateFromFile(_authority.BundlePath);
        var options = new ServerTrust([root], TimeProvider.System).CreateOptions();
        options.TargetHost = EgressRig.Host;
        for (var i = 0; i < 3; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, server.Port, Cancelled);
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(options, Cancelled);
        }

        Assert.Empty(options.CertificateChainPolicy!.ExtraStore);
        Assert.Single(options.CertificateChainPolicy.ApplicationPolicy);
    }

    [Fact]
    public async Task Send_NoTlsBehindThePort_IsATlsFailure()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var answering = AnswerInPlainTextAsync(server);
        using var egress = NewRig();
        Assert.Equal(EgressFailureKind.Tls, (await egress.FailAsync(((IPEndPoint)server.LocalEndpoint).Port)).Kind);
        await answering;
    }

    private static async Task AnswerInPlainTextAsync(TcpListener server)
    {
        using var client = await server.AcceptTcpClientAsync(Cancelled);
        await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), Cancelled);
    }

    private static async Task<string> RefusalAsync(EgressRig egress, X509Certificate2 certificate)
    {
        await using var receiver = await Receiver.StartAsync(certificate, _ => Task.CompletedTask);
        var failure = await egress.FailAsync(receiver.Port);
        Assert.Equal(EgressFailureKind.Tls, failure.Kind);
        return failure.Message;
    }

    private EgressRig NewRig() => new(("TrustedCertificates", _authority.BundlePath));
}
