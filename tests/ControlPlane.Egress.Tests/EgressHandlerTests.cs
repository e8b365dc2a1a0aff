using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ControlPlane.Egress.Tests;

public sealed class EgressHandlerTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly X509Certificate2 _certificate;
    private readonly EgressRig _egress;

    public EgressHandlerTests()
    {
        _certificate = _authority.Issue(EgressRig.Host);
        _egress = new EgressRig(("TrustedCertificates", _authority.BundlePath));
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _egress.Dispose();
        _certificate.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData(HttpProtocols.Http1AndHttp2, "2.0")]
    [InlineData(HttpProtocols.Http2, "2.0")]
    [InlineData(HttpProtocols.Http1, "1.1")]
    public async Task Send_ReceiverSpeaks_VersionIsNegotiated(HttpProtocols protocols, string version)
    {
        await using var receiver = await Receiver.StartAsync(_certificate, _ => Task.CompletedTask, protocols);
        using var response = await _egress.PostAsync(receiver.Port);
        Assert.Equal(Version.Parse(version), response.Version);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Send_Redirect_IsReturnedAndNotFollowed(int status)
    {
        var requests = 0;
        await using var receiver = await Receiver.StartAsync(_certificate, context =>
        {
            Interlocked.Increment(ref requests);
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        });
        using var response = await _egress.PostAsync(receiver.Port);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(1, requests);
    }

    [Fact]
    public async Task Send_WithinAnActivity_AddsNothingToTheRequest()
    {
        var headers = new List<string>();
        await using var receiver = await Receiver.StartAsync(_certificate, context =>
        {
            headers.AddRange(context.Request.Headers.Keys);
            context.Response.Cookies.Append("session", "1");
            return Task.CompletedTask;
        });
        using var activity = new Activity("test").AddBaggage("tenant", "1").Start();
        (await _egress.PostAsync(receiver.Port)).Dispose();
        (await _egress.PostAsync(receiver.Port)).Dispose();
        Assert.Equal(["Content-Length", "Content-Length", "Host", "Host"], headers.Where(name => !name.StartsWith(':')).Order());
    }

    [Fact]
    public async Task Send_CompressedResponse_ComesAsItWasSent()
    {
        await using var receiver = await Receiver.StartAsync(_certificate, async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync(new byte[100_000], Cancelled);
        });
        using var response = await _egress.PostAsync(receiver.Port);
        var body = await response.Content.ReadAsByteArrayAsync(Cancelled);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.InRange(body.Length, 1, 10_000);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Send_ResponseHeadersOver64Kilobytes_AreRefused(HttpProtocols protocols)
    {
        await using var receiver = await Receiver.StartAsync(_certificate, context =>
        {
            for (var i = 0; i < 7; i++)
            {
                context.Response.Headers.Append($"x-{i}", new string('a', 10_000));
            }

            return Task.CompletedTask;
        }, protocols);
        var exception = await Assert.ThrowsAsync<HttpRequestException>(() => _egress.PostAsync(receiver.Port));
        var cause = Assert.IsType<HttpRequestException>(exception.GetBaseException());
        Assert.Equal(HttpRequestError.ConfigurationLimitExceeded, cause.HttpRequestError);
        Assert.Null(EgressFailure.Of(exception));
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Dispose_ResponseWithoutEnd_IsDroppedAndNotDrained(HttpProtocols protocols)
    {
        var dropped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var receiver = await Receiver.StartAsync(_certificate, async context =>
        {
            await using var registered = context.RequestAborted.Register(dropped.SetResult);
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(new byte[16_384], CancellationToken.None);
            }
        }, protocols);
        var response = await _egress.PostAsync(receiver.Port);
        _ = await (await response.Content.ReadAsStreamAsync(Cancelled)).ReadAsync(new byte[16_384], Cancelled);
        response.Dispose();
        await dropped.Task.WaitAsync(Cancelled);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Find_NewAndReusedConnection_IsTheAddressDialed(HttpProtocols protocols)
    {
        await using var receiver = await Receiver.StartAsync(
            _certificate,
            context => context.Response.WriteAsync(context.Connection.RemotePort.ToString(CultureInfo.InvariantCulture)),
            protocols);
        var ports = new HashSet<string>();
        for (var i = 0; i < 2; i++)
        {
            var since = TimeProvider.System.GetTimestamp();
            using var response = await _egress.PostAsync(receiver.Port);
            ports.Add(await response.Content.ReadAsStringAsync(Cancelled));
            var url = response.RequestMessage!.RequestUri!;
            Assert.Equal(IPAddress.Loopback, _egress.Get<RemoteAddressLedger>().Find(url, since));
        }

        Assert.Single(ports);
        Assert.Equal([EgressRig.Host], _egress.Resolver.Asked);
    }

    [Fact]
    public void Create_NoProxyConfigured_IgnoresTheEnvironments()
    {
        using var handler = Assert.IsType<SocketsHttpHandler>(_egress.Get<EgressHandlerFactory>().Create());
        Assert.False(handler.UseProxy);
        Assert.Equal(TimeSpan.FromMinutes(1), handler.ConnectTimeout);
        Assert.NotEqual(Timeout.InfiniteTimeSpan, handler.KeepAlivePingDelay);
        Assert.NotEqual(Timeout.InfiniteTimeSpan, handler.KeepAlivePingTimeout);
        Assert.NotEqual(Timeout.InfiniteTimeSpan, handler.PooledConnectionLifetime);
    }

    [Fact]
    public async Task Send_DeniedAddress_FailsAsBlocked()
    {
        using var egress = new EgressRig(("AllowedNetworks", "10.0.0.0/8"));
        var failure = await egress.FailAsync(8443);
        Assert.Equal((EgressFailureKind.BlockedAddress, IPAddress.Loopback), (failure.Kind, failure.RemoteAddress));
        Assert.Equal($"{EgressRig.Host} leads to 127.0.0.1: loopback (127.0.0.0/8).", failure.Message);
    }

    [Fact]
    public async Task Send_NothingListens_FailsAsConnect()
    {
        using var deaf = new DeafPort();
        Assert.Equal(
            new EgressFailure(EgressFailureKind.Connect, $"127.0.0.1:{deaf.Port} refused the connection.", IPAddress.Loopback),
            await _egress.FailAsync(deaf.Port));
    }

    [Fact]
    public async Task Send_Cancelled_IsNoFailureOfTheConnection()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{EgressRig.Host}:{port}/");
        var sending = _egress.Get<EgressInvoker>().SendAsync(request, stop.Token);
        using var accepted = await silent.AcceptSocketAsync(Cancelled);
        await stop.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Null(EgressFailure.Of(exception));
    }

    [Fact]
    public async Task Send_DeadlinePassesInTheHandshake_ClosesTheConnection()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var deadline = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{EgressRig.Host}:{((IPEndPoint)silent.LocalEndpoint).Port}/");
        AttemptDeadline.Set(request, "", deadline.Token);
        // The request itself is not cancelled, so that nothing else closes the connection.
        var sending = _egress.Get<EgressInvoker>().SendAsync(request, Cancelled);
        using var accepted = await silent.AcceptTcpClientAsync(Cancelled);
        await accepted.GetStream().ReadExactlyAsync(new byte[16], Cancelled);

        await deadline.CancelAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => sending);
    }

    [Fact]
    public async Task Send_DeadlinePassesAfterTheHandshake_LeavesTheConnectionToOthers()
    {
        await using var receiver = await Receiver.StartAsync(
            _certificate, context => context.Response.WriteAsync(context.Connection.RemotePort.ToString(CultureInfo.InvariantCulture)));
        using var deadline = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{EgressRig.Host}:{receiver.Port}/");
        request.Version = HttpVersion.Version20;
        AttemptDeadline.Set(request, "", deadline.Token);
        using var first = await _egress.Get<EgressInvoker>().SendAsync(request, Cancelled);
        var port = await first.Content.ReadAsStringAsync(Cancelled);

        await deadline.CancelAsync();

        using var second = await _egress.PostAsync(receiver.Port);
        Assert.Equal(port, await second.Content.ReadAsStringAsync(Cancelled));
    }
}
