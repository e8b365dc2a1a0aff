using System.Net.Security;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Server.Tests.Webhooks.Inspecting;

public sealed class ProbeTests : ReceiverTest
{
    [Fact]
    public async Task Probe_TrustedReceiver_ShowsEverythingAndSendsNothing()
    {
        using var certificate = Authority.Issue(EgressRig.Host);
        using var receiver = new RawReceiver(certificate, SslApplicationProtocol.Http2, SslApplicationProtocol.Http11);
        var webhook = await CreateAsync(w => w.Url = UrlOf(receiver.Port));

        var probe = await Webhooks.ProbeWebhookAsync(new() { WebhookId = webhook.Id }, cancellationToken: Cancelled);

        Assert.Equal(FailureKind.Unspecified, probe.Failure);
        Assert.Equal("", probe.FailureMessage);
        Assert.Equal(webhook.Url, probe.Url);
        Assert.True(probe.Allowed);
        Assert.Equal([new ProbedAddress { Address = "127.0.0.1", Allowed = true }], probe.Addresses);
        Assert.Equal($"127.0.0.1:{receiver.Port}", probe.RemoteAddress);
        Assert.StartsWith("TLS 1.", probe.TlsProtocol, StringComparison.Ordinal);
        Assert.Equal("HTTP/2", probe.HttpVersion);
        Assert.Equal("", probe.CertificateProblem);
        Assert.Equal($"CN={EgressRig.Host}", probe.Certificates[0].Subject);
        Assert.StartsWith("CN=Test root", probe.Certificates[0].Issuer, StringComparison.Ordinal);
        Assert.Equal([EgressRig.Host], probe.Certificates[0].AlternativeNames);
        Assert.Equal(certificate.NotAfter.ToUniversalTime(), probe.Certificates[0].NotAfterTime.ToDateTime());
        Assert.NotNull(probe.ResolveDuration);
        Assert.NotNull(probe.ConnectDuration);
        Assert.NotNull(probe.HandshakeDuration);
        Assert.Empty(await receiver.NextAsync());
        Assert.Equal(1, receiver.Connections);
    }

    [Fact]
    public async Task Probe_ReceiverWithoutAlpn_WouldBeSentHttp11()
    {
        using var certificate = Authority.Issue(EgressRig.Host);
        using var receiver = new RawReceiver(certificate);
        Assert.Equal("HTTP/1.1", (await ProbeAsync(receiver.Port)).HttpVersion);
        Assert.Empty(await receiver.NextAsync());
    }

    [Fact]
    public async Task Probe_Http2FailedWithinTheHour_WouldBeSentHttp11AndSaysWhy()
    {
        using var certificate = Authority.Issue(EgressRig.Host);
        using var receiver = new ScriptedReceiver(certificate, async (connection, _) =>
        {
            if (connection.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
            {
                await ScriptedReceiver.ReadRequestAsync(connection);
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                return;
            }

            var peer = new Http2Peer(connection);
            await peer.GreetAsync();
            await peer.ResetAsync(await peer.ReadRequestAsync(), code: 0xd);
            await peer.DrainAsync();
        }, SslApplicationProtocol.Http2, SslApplicationProtocol.Http11);
        var webhook = await CreateAsync(w => w.Url = UrlOf(receiver.Port));
        var before = await ProbeAsync(receiver.Port);
        Assert.Equal(("HTTP/2", ""), (before.HttpVersion, before.HttpFallback));

        var test = await Webhooks.TestWebhookAsync(new() { WebhookId = webhook.Id }, cancellationToken: Cancelled);
        var probe = await ProbeAsync(receiver.Port);

        Assert.Equal(DeliveryState.Succeeded, test.Delivery.State);
        Assert.Equal("HTTP/1.1", probe.HttpVersion);
        Assert.Matches("^HTTP/1.1 is used until .*Z: over HTTP/2 the receiver answered HTTP_1_1_REQUIRED.$", probe.HttpFallback);
        Assert.Equal(probe.HttpFallback, test.Delivery.Attempts.Single().FailureMessage);

        Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(probe.HttpFallback, (await ProbeAsync(receiver.Port)).HttpFallback);
        Clock.Advance(TimeSpan.FromMinutes(1));
        var after = await ProbeAsync(receiver.Port);
        Assert.Equal(("HTTP/2", ""), (after.HttpVersion, after.HttpFallback));
    }

    [Fact]
    public async Task Probe_ExpiredCertificate_IsShownWithItsProblem()
    {
        using var certificate = Authority.IssueExpired(EgressRig.Host);
        using var receiver = new RawReceiver(certificate);

        var probe = await ProbeAsync(receiver.Port);

        Assert.Equal(FailureKind.Tls, probe.Failure);
        Assert.Contains("it expired on", probe.CertificateProblem, StringComparison.Ordinal);
        Assert.Equal(probe.CertificateProblem, probe.FailureMessage);
        Assert.Equal([EgressRig.Host], probe.Certificates[0].AlternativeNames);
        Assert.Equal("", probe.HttpVersion);
        Assert.Empty(await receiver.NextAsync());
    }

    [Fact]
    public async Task Probe_CertificateOfAnotherHost_NamesThatHost()
    {
        using var certificate = Authority.Issue("other.example.com");
        using var receiver = new RawReceiver(certificate);

        var probe = await ProbeAsync(receiver.Port);

        Assert.Equal(FailureKind.Tls, probe.Failure);
        Assert.Contains("it is for another host", probe.CertificateProblem, StringComparison.Ordinal);
        Assert.Equal(["other.example.com"], probe.Certificates[0].AlternativeNames);
        Assert.Empty(await receiver.NextAsync());
    }

    [Fact]
    public async Task Probe_OneBlockedAddress_DialsNone()
    {
        using var certificate = Authority.Issue(EgressRig.Host);
        using var receiver = new RawReceiver(certificate);
        Addresses = "127.0.0.1 10.1.2.3";

        var probe = await ProbeAsync(receiver.Port);

        Assert.Equal(FailureKind.BlockedAddress, probe.Failure);
        Assert.False(probe.Allowed);
        Assert.Equal([true, false], probe.Addresses.Select(a => a.Allowed));
        Assert.Contains("10.0.0.0/8", probe.Addresses[1].Reason, StringComparison.Ordinal);
        Assert.Equal("", probe.RemoteAddress);
        Assert.Null(probe.ConnectDuration);
        Assert.Equal(0, receiver.Connections);
    }

    [Fact]
    public async Task Probe_OwnListener_IsBlocked()
    {
        var probe = await ProbeAsync(new Uri($"http://{Server.Channel.Target}").Port);
        Assert.Equal(FailureKind.BlockedAddress, probe.Failure);
        Assert.Contains("a listener of this server", probe.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_UnknownName_IsADnsFailure()
    {
        Addresses = "";
        var probe = await ProbeAsync(443);
        Assert.Equal(FailureKind.Dns, probe.Failure);
        Assert.Equal($"{EgressRig.Host} does not exist.", probe.FailureMessage);
        Assert.Empty(probe.Addresses);
        Assert.False(probe.Allowed);
    }

    [Fact]
    public async Task Probe_ClosedPort_IsAConnectFailure()
    {
        using var port = new DeafPort();
        var probe = await ProbeAsync(port.Port);
        Assert.Equal(FailureKind.Connect, probe.Failure);
        Assert.True(probe.Allowed);
        Assert.Empty(probe.Certificates);
    }

    [Fact]
    public async Task Probe_HandshakeThatHangs_EndsAtTheWebhooksTimeout()
    {
        using var receiver = new RawReceiver(certificate: null);
        var webhook = await CreateAsync(w => (w.Url, w.Timeout) = (UrlOf(receiver.Port), Sample.Seconds(3)));

        var call = Webhooks.ProbeWebhookAsync(new() { WebhookId = webhook.Id }, cancellationToken: Cancelled).ResponseAsync;
        await receiver.Greeted;
        Clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(call.IsCompleted);
        Clock.Advance(TimeSpan.FromSeconds(0.1));
        var probe = await call;

        Assert.Equal(FailureKind.Timeout, probe.Failure);
        Assert.Equal("The TLS handshake did not end within 3 s.", probe.FailureMessage);
        Assert.Equal($"127.0.0.1:{receiver.Port}", probe.RemoteAddress);
        Assert.Empty(probe.Certificates);
    }

    [Theory]
    [InlineData("http://example.com/", "url URL_NOT_HTTPS")]
    [InlineData("https://10.0.0.1/", "url URL_ADDRESS_BLOCKED")]
    [InlineData("https://example.com:22/", "url URL_PORT_NOT_ALLOWED")]
    [InlineData("", "url URL_EMPTY")]
    public async Task Probe_UrlThatNoWebhookCouldHave_IsRefused(string url, string violation)
    {
        var errors = await RpcErrors.OfAsync(
            async () => await Webhooks.ProbeWebhookAsync(new() { Url = url }, cancellationToken: Cancelled));
        Assert.Equal([violation], errors.Violations());
    }

    [Fact]
    public async Task Probe_NothingNamed_IsRefused()
    {
        var errors = await RpcErrors.OfAsync(async () => await Webhooks.ProbeWebhookAsync(new(), cancellationToken: Cancelled));
        Assert.Equal(["target REQUIRED"], errors.Violations());
    }

    [Fact]
    public async Task Probe_WebhookOfAnotherTenant_IsNotFound()
    {
        var webhook = await CreateAsync();
        var other = await OfTenantAsync("other");
        var errors = await RpcErrors.OfAsync(
            async () => await other.ProbeWebhookAsync(new() { WebhookId = webhook.Id }, cancellationToken: Cancelled));
        Assert.Equal(StatusCode.NotFound, errors.Code);
    }

    private async Task<ProbeWebhookResponse> ProbeAsync(int port) =>
        await Webhooks.ProbeWebhookAsync(new() { Url = UrlOf(port) }, cancellationToken: Cancelled);
}
