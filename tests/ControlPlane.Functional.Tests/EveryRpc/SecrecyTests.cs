using System.Net;
using System.Text;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.EveryRpc;

/// <summary>Secrets and keys stand in the one answer that they were made for, and nowhere else: no answer, error or log line.</summary>
public sealed class SecrecyTests(SharedServer shared)
{
    private const string Own = "whsec_myVeryOwnSigningSecret0123456789";
    private const string ClientSecret = "the_client_secret_of_an_authorization_server";
    private const string TooShort = "tiny-07";

    private static readonly string[] ChosenAtDoors =
    [
        "whsec_chosenThroughTheJsonDoor0123456789", "whsec_Y2hvc2VuVGhyb3VnaFN2aXhzRG9vcjAxMjM0NTY3", "whsec_chosenThroughWachatsDoor0123456789",
        "whsec_chosenThroughGowasDoor0123456789",
    ];

    private const string Payload = "payload-that-no-log-may-hold";

    [Fact]
    public async Task Secrets_AppearOnlyWhereTheyAreMade()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver, setup => setup.OtherSettings["Logging:Console:LogLevel:Default"] = "Trace");
        using var furnished = await Furnished.CreateAsync(server, shared.Receiver);
        var (tenant, answers) = (furnished.Tenant, new StringBuilder());
        var webhookId = furnished.Ids.Webhook;

        var rotated = await tenant.Clients.Webhooks.RotateSecretAsync(new() { WebhookId = webhookId });
        var chosen = await tenant.Clients.Webhooks.RotateSecretAsync(new() { WebhookId = webhookId, Secret = Own });
        var created = await tenant.HookAsync(shared.Receiver.Open());
        using var certificate = TestAuthority.SelfSigned("secrecy.example.com");
        var key64 = string.Concat(TestAuthority.KeyPem(certificate).Split('\n')[2..4]);
        var certified = await tenant.HookAsync(shared.Receiver.Open(), w => w.ClientCertificate = new()
        {
            CertificateChain = certificate.ExportCertificatePem(),
            PrivateKey = TestAuthority.KeyPem(certificate),
        });
        var tokened = await tenant.HookAsync(shared.Receiver.Open(), w => w.Oauth2 = new()
        {
            TokenUrl = shared.Receiver.Open().Url,
            ClientId = "a client",
            ClientSecret = ClientSecret,
        });
        var paired = await tenant.Clients.Webhooks.RotateSecretAsync(
            new() { WebhookId = created.Webhook.Id, SignatureAlgorithm = SignatureAlgorithm.Ed25519 });
        var key = await tenant.Clients.Admin.CreateApiKeyAsync(new() { ApiKey = new() { Scopes = { "events.read" } } });
        string[] secrets = [rotated.Secret, chosen.Secret, created.Secret, paired.Secret, $"_{key64}", ClientSecret, key.Secret, tenant.Key, ServerSetup.PlatformKey];
        foreach (var made in new IMessage[] { rotated.Webhook, chosen.Webhook, created.Webhook, paired.Webhook, certified.Webhook, tokened.Webhook, key.ApiKey })
        {
            answers.Append(made);
        }

        await FailADeliveryAsync(tenant);
        await CallDoorsAsync(server, tenant, answers);
        var refusal = await Refusal.OfAsync(tenant.Clients.Webhooks.RotateSecretAsync(new() { WebhookId = webhookId, Secret = TooShort }));
        answers.Append(refusal.Status.ToByteString().ToStringUtf8());
        await CollectAsync(server, furnished, answers);
        Assert.Equal(0, await server.StopAsync());

        foreach (var secret in secrets.Concat(ChosenAtDoors).Append(TooShort))
        {
            // The recognisable part: without its prefix, so that no other spelling of it passes either, and of a key pair the private half.
            var core = secret[(secret.IndexOf('_', StringComparison.Ordinal) + 1)..];
            core = core[..Math.Min(core.Length, 40)];
            Assert.DoesNotContain(core, answers.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(core, server.Log.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(Payload, server.Log.Text, StringComparison.Ordinal);
        foreach (var category in new[] { "ControlPlane.", "Microsoft.AspNetCore.", "Grpc." })
        {
            Assert.Contains($"\"LogLevel\":\"Debug\",\"Category\":\"{category}", server.Log.Text, StringComparison.Ordinal);
        }
    }

    /// <summary>Makes webhooks with chosen secrets through every door of the HTTP listener, and keeps all that it says of them afterwards.</summary>
    private async Task CallDoorsAsync(ServerProcess server, TestTenant tenant, StringBuilder answers)
    {
        using var http = new HttpCaller(server.Setup.Http, tenant.Key);
        var url = shared.Receiver.Open().Url;
        var svix = $"/svix/api/v1/app/{tenant.Id}";
        (string Create, string Body, string[] Looks)[] doors =
        [
            ("/v1/webhooks", $$$"""{"webhook":{"url":"{{{url}}}","eventTypes":["json.*"]},"secret":"{{{ChosenAtDoors[0]}}}"}""", ["/v1/webhooks", "/v1/auditEvents"]),
            ($"{svix}/endpoint", $$"""{"url":"{{url}}","filterTypes":["svix.it"],"secret":"{{ChosenAtDoors[1]}}"}""",
                [$"{svix}/endpoint", $"{svix}/msg", "/svix/api/v1/app", $"{svix}/endpoint/none/secret"]),
            ("/platforms/wachat/api/v1/webhooks", $$"""{"name":"w","url":"{{url}}","secret":"{{ChosenAtDoors[2]}}"}""",
                ["/platforms/wachat/api/v1/webhooks"]),
            ("/platforms/gowa/webhooks", $$"""{"url":"{{url}}","secret":"{{ChosenAtDoors[3]}}","events":["message.received"]}""",
                ["/platforms/gowa/webhooks"]),
        ];
        foreach (var (create, body, looks) in doors)
        {
            var made = await http.PostAsync(create, body);
            Assert.True((int)made.Status is 200 or 201, $"{create} answered {made.Status} {made.Text}");
            // Refused, and said why, without the secret.
            answers.Append((await http.PostAsync(create, body.Replace(ChosenAtDoors.Single(body.Contains), TooShort, StringComparison.Ordinal))).Text);
            answers.Append((await http.PostAsync(create, body[..^1])).Text);
            foreach (var look in looks)
            {
                answers.Append((await http.GetAsync(look)).Text);
            }
        }

        const string WaHooks = "/platforms/wahooks/api/connections/c1/webhooks";
        const string Wazapin = "/platforms/wazapin/v1/settings/developer/webhooks";
        (string Create, string Body, string Look, string Secret)[] makers =
        [
            (WaHooks, $$"""{"url":"{{url}}","events":["message"]}""", WaHooks, "signingSecret"),
            ($"{Wazapin}/endpoints", $$"""{"name":"w","url":"{{url}}","event_types":["message.received"]}""", Wazapin, "secret"),
        ];
        foreach (var (create, body, look, secret) in makers)
        {
            var generated = (string)(await http.PostAsync(create, body)).Json[secret]!;
            var listed = (await http.GetAsync(look)).Is(HttpStatusCode.OK).Text;
            Assert.DoesNotContain(generated, listed, StringComparison.Ordinal);
            Assert.DoesNotContain(generated, server.Log.Text, StringComparison.Ordinal);
            answers.Append(listed);
        }

        answers.Append((await http.GetAsync("/platforms/wawp/v2/webhook/list")).Is(HttpStatusCode.OK).Text);
        foreach (var method in RpcMethod.All.Where(method => method.Name.Contains("/List") || method.Name.Contains("/Get")))
        {
            var parts = method.WriteJson(method.Input.Parser.ParseFrom(ByteString.Empty));
            answers.Append((await http.GetAsync(parts.Path)).Text);
        }
    }

    private async Task FailADeliveryAsync(TestTenant tenant)
    {
        var inbox = shared.Receiver.Open();
        inbox.Answer = _ => 500;
        await tenant.HookAsync(inbox, w =>
        {
            w.EventTypes[0] = "secrecy.tested";
            w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromMilliseconds(100), attempts: 2);
        });
        var published = await tenant.PublishAsync(e => (e.Type, e.Payload) = ("secrecy.tested", ByteString.CopyFromUtf8($"\"{Payload}\"")));
        await Eventually.BecomesAsync(
            () => tenant.ListAsync(new() { EventId = published.Event.Id }),
            all => all.All(d => d.State is DeliveryState.Dead or DeliveryState.Succeeded),
            "the deliveries to end");
    }

    /// <summary>Calls every method with ids that exist, those that destroy last, and keeps what it says but secrets meant to be said.</summary>
    private static async Task CollectAsync(ServerProcess server, Furnished furnished, StringBuilder answers)
    {
        using var platform = server.Connect();
        foreach (var method in RpcMethod.All.OrderBy(m => m.Name.Contains("Delete") || m.Name.Contains("Revoke")))
        {
            try
            {
                var answer = await method.CallAsync(platform, furnished.Filler.Fill(method.Input));
                answer.Descriptor.FindFieldByName("secret")?.Accessor.Clear(answer);
                answers.Append(answer);
            }
            catch (RpcException e)
            {
                answers.Append(Refusal.Of(e).Status.ToByteString().ToStringUtf8());
            }
        }
    }
}
