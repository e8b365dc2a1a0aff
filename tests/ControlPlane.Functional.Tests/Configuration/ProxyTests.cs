using System.Security.Cryptography.X509Certificates;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace ControlPlane.Functional.Tests.Configuration;

/// <summary>
/// The gRPC listener behind proxies that end TLS, run with the configuration that the documentation shows. They pass their clients'
/// ":scheme https" on over plain HTTP/2.
/// </summary>
public sealed class ProxyTests
{
    [Theory]
    [InlineData("haproxy-http.cfg")]
    [InlineData("haproxy-tcp.cfg")]
    [InlineData("nginx.conf")]
    public async Task Grpc_ThroughProxyThatEndsTls_ServesCallsAndStreams(string configuration)
    {
        using var certificates = new TestAuthority();
        await using var server = await ServerProcess.StartAsync(receiver: null);
        var port = LocalPorts.Take();
        await using var proxy = await StartAsync(configuration, port, server.Setup, certificates.Server);
        using var channel = Connect(port, X509Certificate2.CreateFromPem(certificates.AuthorityPem));
        var headers = new Metadata { { "authorization", $"Bearer {ServerSetup.PlatformKey}" } };

        using var watch = new DeliveryService.DeliveryServiceClient(channel).WatchDeliveries(new(), headers);
        Assert.True(await Eventually.InTimeAsync(watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken), "the watch"));
        Assert.Equal(WatchDeliveriesResponse.MessageOneofCase.Ready, watch.ResponseStream.Current.MessageCase);

        var published = await new EventService.EventServiceClient(channel).PublishEventAsync(
            new() { Event = new() { Type = "message.new", Payload = ByteString.CopyFromUtf8("{}") } }, headers);
        Assert.NotEmpty(published.Event.Id);

        var refused = await Assert.ThrowsAsync<RpcException>(
            () => new AdminService.AdminServiceClient(channel).GetServerInfoAsync(new()).ResponseAsync);
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
    }

    /// <summary>Starts the proxy on this test's ports and certificate.</summary>
    private static Task<PeerProcess> StartAsync(string configuration, int port, ServerSetup setup, X509Certificate2 certificate)
    {
        var pem = setup.PathOf("proxy.pem");
        File.WriteAllText(pem, $"{certificate.ExportCertificatePem()}\n{TestAuthority.KeyPem(certificate)}\n");
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "proxies", configuration))
            .Replace("*:443", $"127.0.0.1:{port}", StringComparison.Ordinal)
            .Replace("/etc/controlplane/proxy.pem", pem, StringComparison.Ordinal)
            .Replace("127.0.0.1:7400", setup.Grpc.Authority, StringComparison.Ordinal);
        Assert.Contains(setup.Grpc.Authority, text, StringComparison.Ordinal);
        if (configuration.StartsWith("nginx", StringComparison.Ordinal))
        {
            return PeerProcess.StartNginxAsync(setup.Folder.FullName, port, text);
        }

        var file = setup.PathOf(configuration);
        File.WriteAllText(file, text);
        return PeerProcess.StartAsync("haproxy", port, "-f", file);
    }

    private static GrpcChannel Connect(int port, X509Certificate2 root)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { root },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        var handler = new SocketsHttpHandler { UseProxy = false, SslOptions = { CertificateChainPolicy = policy } };
        return GrpcChannel.ForAddress($"https://127.0.0.1:{port}", new() { HttpHandler = handler, DisposeHttpClient = true });
    }
}
