using System.Security.Cryptography.X509Certificates;
using ControlPlane.Functional.Tests.Harness;
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
        using var certificates = new ReceiverCertificates();
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

        using var stranger = new ReceiverCertificates();
        using var doubting = NewChannel(address, X509Certificate2.CreateFromPem(stranger.AuthorityPem));
        using var plain = server.Connect();
        foreach (var client in new[] { new AdminService.AdminServiceClient(doubting), plain.Admin })
        {
            var failure = await Assert.ThrowsAsync<RpcException>(() => client.GetServerInfoAsync(new(), headers).ResponseAsync);
            Assert.Contains(failure.StatusCode, new[] { StatusCode.Unavailable, StatusCode.Internal });
        }
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
