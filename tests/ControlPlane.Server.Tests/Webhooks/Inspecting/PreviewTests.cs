using System.Text;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Server.Sending;
using ControlPlane.Signing;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Webhooks.Inspecting;

public sealed class PreviewTests : ReceiverTest
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static readonly Event Occurrence = new()
    {
        Id = "order-7",
        Type = "message.new",
        Instance = "phone 1",
        Payload = ByteString.CopyFromUtf8("{ \"text\" : \"Gr\u00fc\u00dfe\",\n\"n\":1.0 }"),
        ContentType = "application/json; charset=utf-8",
    };

    public static TheoryData<string> EveryDialect => [.. BuiltInDialects.All.Select(dialect => dialect.Name)];

    [Theory, MemberData(nameof(EveryDialect))]
    public async Task Preview_StoredWebhook_IsWhatItsReceiverGets(string dialect)
    {
        using var certificate = Authority.Issue(EgressRig.Host);
        using var receiver = new RawReceiver(certificate);
        var webhook = (await Webhooks.CreateWebhookAsync(
            new()
            {
                Webhook = Sample.Webhook(w =>
                {
                    (w.Url, w.Dialect) = (UrlOf(receiver.Port), dialect);
                    w.Headers.Add("X-Team", "one two");
                }),
                Secret = Secret,
            },
            cancellationToken: Cancelled)).Webhook;

        var preview = await PreviewAsync(new() { WebhookId = webhook.Id, Event = Occurrence });
        await SendAsync(webhook.Id, deliveryId: HeaderOf(preview, "X-Webhook-Request-Id") ?? "dlv_1");

        Assert.Equal(Raw(preview, webhook.Url), Encoding.Latin1.GetString(await receiver.NextAsync()));
    }

    [Fact]
    public async Task Preview_RotatedSecret_CarriesBothSignatures()
    {
        var webhook = await CreateAsync();
        await Webhooks.RotateSecretAsync(new() { WebhookId = webhook.Id }, cancellationToken: Cancelled);
        var preview = await PreviewAsync(new() { WebhookId = webhook.Id, Event = Occurrence });
        Assert.Equal(2, HeaderOf(preview, "webhook-signature")!.Split(' ').Length);
        Assert.Empty(preview.RedactedHeaders);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Preview_DialectThatSendsItsSecret_ShowsTheHint(bool stored)
    {
        var request = new PreviewRequestRequest { Event = Occurrence };
        if (stored)
        {
            var created = await Webhooks.CreateWebhookAsync(
                new() { Webhook = Sample.Webhook(w => w.Dialect = "wawp-secret"), Secret = Secret }, cancellationToken: Cancelled);
            request.WebhookId = created.Webhook.Id;
        }
        else
        {
            request.Inline = new() { Dialect = "wawp-secret", Secret = Secret };
        }

        var preview = await PreviewAsync(request);

        Assert.Equal(["X-Wawp-Signature"], preview.RedactedHeaders);
        Assert.Equal(WebhookSecret.Hint(Secret), HeaderOf(preview, "X-Wawp-Signature"));
        Assert.DoesNotContain(Secret, preview.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preview_Inline_SignsAsAStoredOneWithThatSecretWould()
    {
        var created = await Webhooks.CreateWebhookAsync(
            new() { Webhook = Sample.Webhook(), Secret = Secret }, cancellationToken: Cancelled);
        var stored = await PreviewAsync(new() { WebhookId = created.Webhook.Id, Event = Occurrence });
        var inline = await PreviewAsync(new() { Inline = new() { Secret = Secret }, Event = Occurrence });
        Assert.Equal(stored.Headers, inline.Headers);
        Assert.Equal(stored.Body, inline.Body);
        Assert.Equal("", inline.Url);
        Assert.Equal(Clock.GetUtcNow().UtcDateTime, inline.AttemptTime.ToDateTime());
    }

    [Fact]
    public async Task Preview_NoEventId_MakesOneUp()
    {
        var preview = await PreviewAsync(
            new() { Inline = new() { Secret = Secret }, Event = new() { Type = "a", Payload = ByteString.CopyFromUtf8("1") } });
        Assert.StartsWith("evt_", HeaderOf(preview, "webhook-id"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preview_RetryPolicy_IsShownAsItsSchedule()
    {
        var policy = new V1.RetryPolicy { Preset = "wahooks", Jitter = 0.5, MaxAge = Sample.Seconds(80) };
        var webhook = await CreateAsync(w => w.RetryPolicy = policy);
        var stored = await PreviewAsync(new() { WebhookId = webhook.Id, Event = Occurrence });
        var inline = await PreviewAsync(new() { Inline = new() { Secret = Secret, RetryPolicy = policy }, Event = Occurrence });
        Assert.Equal(
            new V1.RetrySchedule
            {
                Delays = { Sample.Seconds(5), Sample.Seconds(10), Sample.Seconds(20), Sample.Seconds(40) },
                Total = Sample.Seconds(75),
                Attempts = 5,
                Jitter = 0.5,
            },
            stored.RetrySchedule);
        Assert.Equal(stored.RetrySchedule, inline.RetrySchedule);
    }

    [Fact]
    public async Task Preview_WrongRequest_NamesEveryField()
    {
        var errors = await RpcErrors.OfAsync(() => PreviewAsync(new()
        {
            Inline = new() { Dialect = "morse", Secret = "short", RetryPolicy = new() { Preset = "never" } },
            Event = new() { Type = "a b" },
        }));
        Assert.Equal(
            [
                "inline.dialect DIALECT_UNKNOWN", "inline.secret SECRET_TOO_SHORT", "inline.retry_policy.preset PRESET_UNKNOWN",
                "event.type EVENT_TYPE_INVALID", "event.payload REQUIRED",
            ],
            errors.Violations());
        var target = await RpcErrors.OfAsync(() => PreviewAsync(new() { Event = Occurrence }));
        Assert.Equal(["target REQUIRED"], target.Violations());
    }

    [Fact]
    public async Task Preview_WebhookOfAnotherTenant_IsNotFound()
    {
        var webhook = await CreateAsync();
        var other = await OfTenantAsync("other");
        var errors = await RpcErrors.OfAsync(async () => await other.PreviewRequestAsync(
            new() { WebhookId = webhook.Id, Event = Occurrence }, cancellationToken: Cancelled));
        Assert.Equal(StatusCode.NotFound, errors.Code);
    }

    private async Task<PreviewRequestResponse> PreviewAsync(PreviewRequestRequest request) =>
        await Webhooks.PreviewRequestAsync(request, cancellationToken: Cancelled);

    private async Task SendAsync(string webhookId, string deliveryId)
    {
        var endpoint = Server.Services.GetRequiredService<EndpointCache>().Get((await Store.GetAsync(webhookId, Cancelled))!)!;
        var source = new EventRecord
        {
            Id = Occurrence.Id,
            TenantId = "default",
            Type = Occurrence.Type,
            Instance = Occurrence.Instance,
            ContentType = Occurrence.ContentType,
            Payload = Occurrence.Payload.ToByteArray(),
            CreateTime = Clock.GetUtcNow(),
        };
        var delivery = new DeliveryRecord
        {
            Id = deliveryId,
            EventId = source.Id,
            WebhookId = webhookId,
            TenantId = "default",
            EventType = source.Type,
            State = Storage.DeliveryState.InFlight,
            Trigger = Storage.DeliveryTrigger.Publish,
        };
        var outcome = await Server.Services.GetRequiredService<WebhookSender>().SendAsync(endpoint, delivery, source, Cancelled);
        Assert.True(outcome.Succeeded, outcome.Message);
    }

    /// <summary>The preview as HTTP/1.1 puts it on the wire, with the secret where a hint stands for it.</summary>
    private static string Raw(PreviewRequestResponse preview, string url)
    {
        var at = new Uri(url);
        var headers = preview.Headers.Select(h => preview.RedactedHeaders.Contains(h.Name) ? $"{h.Name}: {Secret}\r\n" : $"{h.Name}: {h.Value}\r\n");
        return $"{preview.Method} {at.PathAndQuery} HTTP/1.1\r\nHost: {at.Authority}\r\n{string.Concat(headers)}\r\n"
            + Encoding.Latin1.GetString(preview.Body.Span);
    }

    private static string? HeaderOf(PreviewRequestResponse preview, string name) =>
        preview.Headers.SingleOrDefault(header => header.Name == name)?.Value;
}
