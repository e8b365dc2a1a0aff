using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Testing;
using ControlPlane.V1;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Webhooks.Settings;

/// <summary>Client certificates of webhooks: what is taken, kept and shown.</summary>
public sealed class ClientCertificateTests : WebhookTest
{
    private const string Chain = "webhook.client_certificate.certificate_chain";
    private const string Key = "webhook.client_certificate.private_key";

    private readonly TestAuthority _authority = new(new TestClock().GetUtcNow());

    [Fact]
    public async Task Create_Chain_IsShownWithoutItsKey()
    {
        using var intermediate = _authority.IssueIntermediate();
        using var own = _authority.IssueForClients("client", 100, intermediate);
        var asked = Of(own, intermediate);
        // As openssl writes them, with text around.
        asked.CertificateChain = "subject=CN=client\n" + asked.CertificateChain + "\n\n";
        var made = await CreateAsync(w => w.ClientCertificate = asked);
        Assert.Equal("", made.ClientCertificate.PrivateKey);
        Assert.Equal(own.ExportCertificatePem() + "\n" + intermediate.ExportCertificatePem() + "\n", made.ClientCertificate.CertificateChain);
        Assert.Equal(["CN=client", "CN=Test intermediate"], made.ClientCertificate.Certificates.Select(c => c.Subject));
        var first = made.ClientCertificate.Certificates[0];
        Assert.Equal(
            ("CN=Test intermediate", own.SerialNumber, own.NotAfter.ToUniversalTime()),
            (first.Issuer, first.SerialNumber, first.NotAfterTime.ToDateTime()));
        Assert.Equal(made, await GetAsync(made.Id));
        await AssertKeyIsSealedAsync(made.Id, TestAuthority.KeyPem(own));
    }

    [Fact]
    public async Task Update_WithoutAKey_KeepsItWhereItFits()
    {
        using var own = _authority.IssueForClients("client", 100);
        var made = await CreateAsync(w => w.ClientCertificate = Of(own));
        Assert.Equal(made.Etag, (await UpdateAsync(made, "client_certificate")).Etag);
        Assert.Equal(made.Etag, (await UpdateAsync(made, "*")).Etag);
        // Signed anew with the same key.
        using var key = own.GetECDsaPrivateKey()!;
        using var renewed = new CertificateRequest("CN=renewed", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            Clock.GetUtcNow().AddDays(-1), Clock.GetUtcNow().AddDays(40));
        made.ClientCertificate.CertificateChain = renewed.ExportCertificatePem();
        made.Etag = "";
        Assert.Equal("CN=renewed", (await UpdateAsync(made, "client_certificate")).ClientCertificate.Certificates.Single().Subject);
        await AssertKeyIsSealedAsync(made.Id, TestAuthority.KeyPem(own));
        using var another = _authority.IssueForClients("another", 100);
        made.ClientCertificate.CertificateChain = another.ExportCertificatePem();
        Assert.Equal([$"{Key} KEY_MISMATCH"], (await RpcErrors.OfAsync(() => UpdateAsync(made, "client_certificate"))).Violations());
        made.ClientCertificate = null;
        Assert.Null((await UpdateAsync(made, "client_certificate")).ClientCertificate);
    }

    [Fact]
    public async Task Update_OtherSettings_PassWhenTheCertificateHasEnded()
    {
        using var own = _authority.IssueForClients("client", 5);
        var made = await CreateAsync(w => w.ClientCertificate = Of(own));
        Clock.Advance(TimeSpan.FromDays(30));
        made.Name = "renamed";
        made.Etag = "";
        Assert.Equal("renamed", (await UpdateAsync(made, "*")).Name);
    }

    [Fact]
    public async Task Wrong_IsNamed()
    {
        using var own = _authority.IssueForClients("client", 100);
        using var other = _authority.IssueForClients("other", 100);
        using var intermediate = _authority.IssueIntermediate();
        using var rsa = RSA.Create(1024);
        using var weak = new CertificateRequest("CN=weak", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
            Clock.GetUtcNow().AddDays(-1), Clock.GetUtcNow().AddDays(40));
        (ClientCertificate Asked, string[] Violations)[] cases =
        [
            (new(), [$"{Chain} REQUIRED", $"{Key} REQUIRED"]),
            (new() { CertificateChain = "nonsense", PrivateKey = "nonsense" }, [$"{Chain} PEM_INVALID"]),
            (new() { CertificateChain = new string('x', 16_385), PrivateKey = new string('x', 8_193) }, [$"{Chain} TOO_LONG", $"{Key} TOO_LONG"]),
            (new() { CertificateChain = PemEncoding.WriteString("CERTIFICATE", [1, 2]), PrivateKey = "x" }, [$"{Chain} CERTIFICATE_INVALID"]),
            // Shown to everybody who may read webhooks.
            (new() { CertificateChain = own.ExportCertificatePem() + "\n" + TestAuthority.KeyPem(own), PrivateKey = TestAuthority.KeyPem(own) }, [$"{Chain} PEM_UNEXPECTED"]),
            (new() { CertificateChain = own.ExportCertificatePem() }, [$"{Key} REQUIRED"]),
            (new() { CertificateChain = own.ExportCertificatePem(), PrivateKey = "nonsense" }, [$"{Key} KEY_INVALID"]),
            (new() { CertificateChain = own.ExportCertificatePem(), PrivateKey = TestAuthority.KeyPem(other) }, [$"{Key} KEY_MISMATCH"]),
            (new() { CertificateChain = own.ExportCertificatePem(), PrivateKey = Encrypted(own) }, [$"{Key} KEY_ENCRYPTED"]),
            (Of(own, intermediate), [$"{Chain} CHAIN_ORDER"]),
            (Of(own, [.. Enumerable.Repeat(own, 8)]), [$"{Chain} TOO_MANY"]),
            (Of(_authority.IssueForClients("ended", -1)), [$"{Chain} CERTIFICATE_EXPIRED"]),
            (Of(_authority.Issue("early", Clock.GetUtcNow().AddDays(9), Clock.GetUtcNow().AddDays(19))),
                [$"{Chain} CERTIFICATE_NOT_YET_VALID", $"{Chain} NOT_FOR_CLIENTS"]),
            (Of(weak), [$"{Chain} KEY_NOT_SUPPORTED"]),
        ];
        foreach (var (asked, violations) in cases)
        {
            var error = await RpcErrors.OfAsync(() => CreateAsync(w => w.ClientCertificate = asked));
            Assert.Equal(violations, error.Violations());
            Assert.DoesNotContain("PRIVATE KEY-", error.ToString()!, StringComparison.Ordinal);
        }

        Assert.Empty(await ListAllAsync());
    }

    private async Task AssertKeyIsSealedAsync(string webhookId, string key)
    {
        var stored = (await Engine.Webhooks.GetAsync(webhookId, Cancelled))!;
        Assert.DoesNotContain("PRIVATE", stored.ClientCertificate!.Key, StringComparison.Ordinal);
        Assert.True(Server.Services.GetRequiredService<SecretSealer>().TryOpen(stored, out var opened));
        Assert.Equal(key, opened.ClientCertificate!.Key);
        Assert.All(Server.Log.Entries, entry => Assert.DoesNotContain("PRIVATE", entry.Text, StringComparison.Ordinal));
    }

    private static string Encrypted(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return key.ExportEncryptedPkcs8PrivateKeyPem("password", new(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1));
    }

    private static ClientCertificate Of(X509Certificate2 certificate, params X509Certificate2[] issuers) => new()
    {
        CertificateChain = string.Join('\n', issuers.Prepend(certificate).Select(each => each.ExportCertificatePem())),
        PrivateKey = certificate.HasPrivateKey ? TestAuthority.KeyPem(certificate) : "",
    };
}
