using System.Security.Cryptography.X509Certificates;
using ControlPlane.Testing;
using Google.Protobuf;
using Grpc.Core;

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
        var address = new Uri($"https://127.0.0.1:{port}");
        using var clients = new Clients(address, ServerSetup.PlatformKey, certificates.Trusting());
        using var stranger = new Clients(address, null, certificates.Trusting());

        await using var watch = await Watcher.StartAsync(clients);

        var published = await clients.Events.PublishEventAsync(
            new() { Event = new() { Type = "message.new", Payload = ByteString.CopyFromUtf8("{}") } });
        Assert.NotEmpty(published.Event.Id);

        var refused = await Assert.ThrowsAsync<RpcException>(() => stranger.Admin.GetServerInfoAsync(new()).ResponseAsync);
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
}
