using System.Security.Cryptography.X509Certificates;
using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace ControlPlane.Functional.Tests.Configuration;

/// <summary>The API behind TLS.</summary>
public sealed class TlsListenerTests
{
    [Fact]
    public async Task Grpc_Https_ServesClientsThatTrustItAndNoOthers()
    {
        using var certificates = new TestAuthority();
        await using var server = await ServerProcess.StartAsync(receiver: null, setup =>
        {
            File.WriteAllText(setup.PathOf("tls.pem"), certificates.Server.ExportCertificatePem());
            File.WriteAllText(setup.PathOf("tls.key"), certificates.Server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
            setup.Settings["Listen:Grpc"] = $"https://127.0.0.1:{setup.Grpc.Port}";
            setup.Settings["Listen:CertificatePath"] = setup.PathOf("tls.pem");
            setup.Settings["Listen:KeyPath"] = setup.PathOf("tls.key");
        });
        var address = $"https://127.0.0.1:{server.Setup.Grpc.Port}";
        var headers = new Metadata { { "authorization", $"Bearer {ServerSetup.PlatformKey}" } };

        using var trusting = NewChannel(address, X509Certificate2.CreateFromPem(certificates.AuthorityPem));
        var info = await new AdminService.AdminServiceClient(trusting).GetServerInfoAsync(new(), headers);
        Assert.NotEmpty(info.Version);

        using var stranger = new TestAuthority();
        using var doubting = NewChannel(address, X509Certificate2.CreateFromPem(stranger.AuthorityPem));
        using var plain = server.Connect();
        foreach (var client in new[] { new AdminService.AdminServiceClient(doubting), plain.Admin })
        {
            var failure = await Assert.ThrowsAsync<RpcException>(() => client.GetServerInfoAsync(new(), headers).ResponseAsync);
            Assert.Contains(failure.StatusCode, new[] { StatusCode.Unavailable, StatusCode.Internal });
        }
    }

    [Fact]
    public async Task Grpc_CertificateWithIntermediate_SendsTheChainAndTakesRenewedFiles()
    {
        using var chain = new CertificateChain();
        await using var server = await ServerProcess.StartAsync(receiver: null, setup =>
        {
            chain.Write(setup.PathOf("tls.pem"), setup.PathOf("tls.key"), "first");
            setup.Settings["Listen:Grpc"] = $"https://127.0.0.1:{setup.Grpc.Port}";
            setup.Settings["Listen:CertificatePath"] = setup.PathOf("tls.pem");
            setup.Settings["Listen:KeyPath"] = setup.PathOf("tls.key");
        });
        Assert.Equal("CN=first", await chain.HandshakeAsync(server.Setup.Grpc.Port));

        // Half of the new pair: the server keeps what it has, and says so.
        var key = await File.ReadAllTextAsync(server.Setup.PathOf("tls.key"), TestContext.Current.CancellationToken);
        chain.Write(server.Setup.PathOf("tls.pem"), server.Setup.PathOf("tls.key.new"), "second");
        Assert.NotEqual(key, await File.ReadAllTextAsync(server.Setup.PathOf("tls.key.new"), TestContext.Current.CancellationToken));
        await Eventually.BecomesAsync(
            () => Task.FromResult(server.Log.Text), log => log.Contains("the current certificate stays", StringComparison.Ordinal), "a warning");
        Assert.Equal("CN=first", await chain.HandshakeAsync(server.Setup.Grpc.Port));

        File.Move(server.Setup.PathOf("tls.key.new"), server.Setup.PathOf("tls.key"), overwrite: true);
        await Eventually.BecomesAsync(
            () => chain.HandshakeAsync(server.Setup.Grpc.Port), subject => subject == "CN=second", "the renewed certificate");
    }

    [Fact]
    public async Task Start_KeyOfAnotherCertificate_EndsWithOneLine()
    {
        using var chain = new CertificateChain();
        using var setup = new ServerSetup();
        setup.Settings["Listen:Grpc"] = $"https://127.0.0.1:{setup.Grpc.Port}";
        setup.Settings["Listen:CertificatePath"] = setup.PathOf("tls.pem");
        setup.Settings["Listen:KeyPath"] = setup.PathOf("other.key");
        chain.Write(setup.PathOf("tls.pem"), setup.PathOf("tls.key"), "one");
        chain.Write(setup.PathOf("other.pem"), setup.PathOf("other.key"), "other");
        var log = new ServerLog();
        await using var run = new ServerRun(setup, log);

        Assert.Equal(1, await run.ExitAsync());
        Assert.StartsWith("ControlPlane:Listen:KeyPath:", Assert.Single(log.Errors), StringComparison.Ordinal);
        Assert.Empty(log.Output);
    }

    [Fact]
    public async Task Start_ExpiredCertificate_ServesAndWarns()
    {
        using var chain = new CertificateChain();
        await using var server = await ServerProcess.StartAsync(receiver: null, setup =>
        {
            chain.Write(setup.PathOf("tls.pem"), setup.PathOf("tls.key"), "old", validDays: -1);
            setup.Settings["Listen:Grpc"] = $"https://127.0.0.1:{setup.Grpc.Port}";
            setup.Settings["Listen:CertificatePath"] = setup.PathOf("tls.pem");
            setup.Settings["Listen:KeyPath"] = setup.PathOf("tls.key");
        });

        await server.StopAsync();

        Assert.Contains(server.Log.Output, line => line.Contains("expired at", StringComparison.Ordinal)
            && line.Contains("\"Warning\"", StringComparison.Ordinal));
    }

    private static GrpcChannel NewChannel(string address, X509Certificate2 root)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { root },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        var handler = new SocketsHttpHandler { UseProxy = false, SslOptions = { CertificateChainPolicy = policy } };
        return GrpcChannel.ForAddress(address, new() { HttpHandler = handler, DisposeHttpClient = true });
    }
}
