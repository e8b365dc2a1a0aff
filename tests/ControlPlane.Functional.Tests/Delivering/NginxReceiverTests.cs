using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Functional.Tests.Delivering;

/// <summary>A receiver behind nginx, with settings that make it close connections and refuse bodies.</summary>
public sealed class NginxReceiverTests(SharedServer shared) : SharedServerTest(shared)
{
    private const int Burst = 60;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("controlplane-nginx-");
    private readonly int _port = LocalPorts.Take();

    public override ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return base.DisposeAsync();
    }

    [Theory]
    [InlineData("ssl http2")]
    [InlineData("ssl")]
    public async Task Deliver_FewRequestsPerConnectionUnderABurst_EachIsOneAttempt(string protocol)
    {
        await using var nginx = await StartAsync(protocol, "keepalive_requests 5; location / { return 200 thanks; }");
        await HookAsync();

        await Tenant.Clients.Events.BatchPublishEventsAsync(new() { Events = { Enumerable.Range(0, Burst).Select(_ => TestTenant.NewEvent()) } });

        var deliveries = await Eventually.BecomesAsync(
            () => Tenant.ListAsync(), all => all.All(delivery => delivery.AttemptCount > 0 && delivery.State != DeliveryState.InFlight), "the attempts");
        Assert.Equal(Burst, deliveries.Count);
        var broken = 0;
        foreach (var listed in deliveries)
        {
            var delivery = await Tenant.GetAsync(listed.Id);
            // nginx resets a connection on which more comes than it takes, and a reset can overtake the word of what it took.
            if (delivery.Attempts[0].FailureMessage == "The connection to the receiver broke." && ++broken <= Burst / 20)
            {
                continue;
            }

            Assert.True(delivery is { State: DeliveryState.Succeeded, AttemptCount: 1 }, delivery.ToString());
            Assert.Equal("thanks", delivery.Attempts[0].ResponseExcerpt);
        }
    }

    [Theory]
    [InlineData("ssl http2")]
    [InlineData("ssl")]
    public async Task Deliver_BodyLargerThanItTakes_StatusIsTold(string protocol)
    {
        await using var nginx = await StartAsync(protocol, "client_max_body_size 1k; location / { return 204; }");
        await HookAsync();

        var sent = await Tenant.SendAsync(e => e.Payload = ByteString.CopyFromUtf8($"\"{new string('x', 250_000)}\""));
        var delivery = await Tenant.UntilAsync(sent.Id, DeliveryState.RetryScheduled);

        Assert.Equal((FailureKind.HttpStatus, 413), (delivery.LastFailure, delivery.LastStatusCode));
    }

    private async Task HookAsync() => await Tenant.Clients.Webhooks.CreateWebhookAsync(new()
    {
        Webhook = new()
        {
            Url = $"https://127.0.0.1:{_port}/",
            EventTypes = { "*" },
            RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromHours(1)),
            MaxInFlight = Burst,
        },
    });

    private Task<PeerProcess> StartAsync(string protocol, string settings)
    {
        var certificate = Receiver.Certificates.Server;
        var pem = Path.Combine(_folder.FullName, "server.pem");
        File.WriteAllText(pem, $"{certificate.ExportCertificatePem()}\n{TestAuthority.KeyPem(certificate)}\n");
        return PeerProcess.StartNginxAsync(_folder.FullName, _port, $$"""
            events { }
            http {
                access_log off;
                server {
                    listen 127.0.0.1:{{_port}} {{protocol}};
                    ssl_certificate {{pem}};
                    ssl_certificate_key {{pem}};
                    {{settings}}
                }
            }
            """);
    }
}
