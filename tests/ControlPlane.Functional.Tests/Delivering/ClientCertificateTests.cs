using System.Security.Cryptography.X509Certificates;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Functional.Tests.Delivering;

/// <summary>Receivers that want a certificate of their clients.</summary>
public sealed class ClientCertificateTests(ClientCertificateTests.Certified certified) : IClassFixture<ClientCertificateTests.Certified>
{
    private TestAuthority Authority => certified.Receiver.Certificates;

    [Fact]
    public async Task Certificate_IsPresentedByItsWebhookAlone()
    {
        using var tenant = await TestTenant.CreateAsync(certified.Server);
        using var other = await TestTenant.CreateAsync(certified.Server);
        var inboxes = new[] { certified.Receiver.Open(), certified.Receiver.Open(), certified.Receiver.Open(), certified.Receiver.Open() };
        using var intermediate = Authority.IssueIntermediate();
        await tenant.HookAsync(inboxes[0], w => w.ClientCertificate = Of(Authority.IssueForClients("first")));
        await tenant.HookAsync(inboxes[1], w => w.ClientCertificate = Of(Authority.IssueForClients("second", 60, intermediate), intermediate));
        await tenant.HookAsync(inboxes[2], w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromMilliseconds(100), attempts: 2));
        await other.HookAsync(inboxes[3], w => w.ClientCertificate = Of(Authority.IssueForClients("third")));
        for (var i = 0; i < 5; i++)
        {
            await tenant.PublishAsync();
            await other.PublishAsync();
        }

        await Task.WhenAll(inboxes[0].CountAsync(5), inboxes[1].CountAsync(5), inboxes[3].CountAsync(5));
        Assert.All(inboxes[0].Requests, request => Assert.Equal("CN=first", request.Headers["client-certificate"]));
        Assert.All(inboxes[1].Requests, request => Assert.Equal("CN=second", request.Headers["client-certificate"]));
        Assert.All(inboxes[3].Requests, request => Assert.Equal("CN=third", request.Headers["client-certificate"]));
        Assert.Empty(inboxes[2].Requests);
    }

    [Fact]
    public async Task Stranger_IsRefused_AndProbeAndAttemptSaySo()
    {
        using var tenant = await TestTenant.CreateAsync(certified.Server);
        using var stranger = new TestAuthority();
        var hook = (await tenant.HookAsync(certified.Receiver.Open(), w => w.ClientCertificate = Of(stranger.IssueForClients("stranger")))).Webhook;
        var test = (await tenant.Clients.Webhooks.TestWebhookAsync(new() { WebhookId = hook.Id })).Delivery;
        // This one ends the connection without a word, and whether that is seen as a close or as a reset depends on the moment.
        const string Why = " It may not accept the webhook's client certificate.";
        var (failure, message) = FailureOf(test);
        Assert.Equal(FailureKind.Protocol, failure);
        Assert.True(
            message is "The receiver closed the connection before its answer was complete." + Why or "The connection to the receiver broke." + Why, message);
        var probe = await tenant.Clients.Webhooks.ProbeWebhookAsync(new() { WebhookId = hook.Id });
        Assert.Equal(
            (FailureKind.Tls, "The TLS handshake failed: the receiver refused the webhook's client certificate."),
            (probe.Failure, probe.FailureMessage));
    }

    [Fact]
    public async Task Probe_Accepted_ShowsWhatWasPresented()
    {
        using var tenant = await TestTenant.CreateAsync(certified.Server);
        var hook = (await tenant.HookAsync(certified.Receiver.Open(), w => w.ClientCertificate = Of(Authority.IssueForClients("probed")))).Webhook;
        var probe = await tenant.Clients.Webhooks.ProbeWebhookAsync(new() { WebhookId = hook.Id });
        Assert.Equal((FailureKind.Unspecified, "CN=probed", "HTTP/2"), (probe.Failure, probe.ClientCertificateSubject, probe.HttpVersion));
        probe = await tenant.Clients.Webhooks.ProbeWebhookAsync(new() { Url = hook.Url });
        Assert.Equal((FailureKind.Tls, ""), (probe.Failure, probe.ClientCertificateSubject));
    }

    [Fact]
    public async Task Rotation_UnderLoad_LosesNothingAndFailsNothing()
    {
        using var tenant = await TestTenant.CreateAsync(certified.Server);
        var inbox = certified.Receiver.Open();
        var hook = (await tenant.HookAsync(inbox, w => w.ClientCertificate = Of(Authority.IssueForClients("old")))).Webhook;
        const int Rounds = 12;
        for (var i = 0; i < Rounds; i++)
        {
            await tenant.Clients.Events.BatchPublishEventsAsync(new() { Events = { Enumerable.Range(0, 25).Select(_ => TestTenant.NewEvent()) } });
            if (i == Rounds / 2)
            {
                await tenant.ChangeAsync(new() { Id = hook.Id, ClientCertificate = Of(Authority.IssueForClients("new")) });
            }
        }

        await inbox.CountAsync(Rounds * 25);
        var deliveries = await Eventually.BecomesAsync(
            () => tenant.ListAsync(), all => all.All(d => d.State == DeliveryState.Succeeded), "all to succeed");
        Assert.All(deliveries, delivery => Assert.Equal(1, delivery.AttemptCount));
        Assert.Equal(["CN=new", "CN=old"], inbox.Requests.Select(request => request.Headers["client-certificate"]).Distinct().Order());
    }

    [Fact]
    public async Task EndingSoon_IsTold()
    {
        using var tenant = await TestTenant.CreateAsync(certified.Server);
        var (inbox, warned) = (certified.Receiver.Open(), certified.Receiver.Open());
        var ending = await tenant.HookAsync(inbox, w => w.ClientCertificate = Of(Authority.IssueForClients("ending", 5)));
        await tenant.HookAsync(warned, w =>
        {
            w.EventTypes[0] = "controlplane.certificate.expiring";
            w.ClientCertificate = Of(Authority.IssueForClients("lasting"));
        });
        await tenant.PublishAsync();
        await warned.CountAsync(1);
        var data = System.Text.Json.JsonDocument.Parse(warned.Requests[0].Body).RootElement.GetProperty("data");
        Assert.Equal((ending.Webhook.Id, "CLIENT"), (data.GetProperty("webhook_id").GetString(), data.GetProperty("certificate").GetString()));
        Assert.Equal(
            ending.Webhook.ClientCertificate.Certificates[0].NotAfterTime.ToDateTimeOffset(),
            data.GetProperty("certificate_expire_time").GetDateTimeOffset());
    }

    private static (FailureKind, string) FailureOf(Delivery delivery) => (delivery.Attempts[0].Failure, delivery.Attempts[0].FailureMessage);

    private static ClientCertificate Of(X509Certificate2 certificate, params X509Certificate2[] issuers) => new()
    {
        CertificateChain = string.Join('\n', issuers.Prepend(certificate).Select(each => each.ExportCertificatePem())),
        PrivateKey = TestAuthority.KeyPem(certificate),
    };

    /// <summary>A receiver that wants certificates, and a server that trusts it.</summary>
    public sealed class Certified : IAsyncLifetime
    {
        public HttpsReceiver Receiver { get; private set; } = null!;

        public ServerProcess Server { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Receiver = await HttpsReceiver.StartAsync(wantsCertificates: true);
            Server = await ServerProcess.StartAsync(Receiver);
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            await Receiver.DisposeAsync();
        }
    }
}
