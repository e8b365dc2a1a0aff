using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class OutputTests : HookctlTest
{
    private static readonly Webhook Stored = new()
    {
        Id = "wh_1",
        TenantId = "acme",
        Url = "https://example.com",
        EventTypes = { "*" },
        State = WebhookState.Suspended,
        StateReason = StateReason.Gone,
        Etag = "e-1",
        Secrets = { new SecretInfo { Id = "sec_1", Hint = "whsec_••••abcdef" } },
        RetryPolicy = new RetryPolicy { Schedule = new() { Delays = { new Google.Protobuf.WellKnownTypes.Duration { Seconds = 5 } } }, MaxAttempts = 2 },
    };

    [Fact]
    public async Task Get_Json_ParsesBackToWhatTheServerSaid()
    {
        Server.Answer<GetWebhookRequest>(_ => new GetWebhookResponse { Webhook = Stored });
        Assert.Equal(Stored, (await RunAsync("webhooks get wh_1 --json")).Succeeded().Json<Webhook>());
    }

    [Fact]
    public async Task Create_Json_IsTheWholeAnswerWithItsSecret()
    {
        var answer = new CreateWebhookResponse { Webhook = Stored, Secret = "whsec_shown_once" };
        Server.Answer<CreateWebhookRequest>(_ => answer);
        Assert.Equal(answer, (await RunAsync("webhooks create --url https://a --event-type * --json")).Succeeded().Json<CreateWebhookResponse>());
    }

    [Fact]
    public async Task Get_Text_ShowsWhatMatters()
    {
        Server.Answer<GetWebhookRequest>(_ => new GetWebhookResponse { Webhook = Stored });

        var output = (await RunAsync("webhooks get wh_1")).Succeeded().Output;

        foreach (var expected in new[] { "wh_1", "suspended (gone)", "schedule:5s, 2 attempts", "whsec_••••abcdef", "e-1" })
        {
            Assert.Contains(expected, output);
        }
    }

    [Fact]
    public async Task Create_OwnSecret_IsShownOnlyWhereTheServerShowsIt()
    {
        const string secret = "my-own-very-secret-text";
        Server.Answer<CreateWebhookRequest>(r => new CreateWebhookResponse { Webhook = Stored, Secret = r.Secret });
        Server.Answer<GetWebhookRequest>(_ => new GetWebhookResponse { Webhook = Stored });
        Server.Answer<ListWebhooksRequest>(_ => new ListWebhooksResponse { Webhooks = { Stored } });
        var file = FileWith(secret);

        var created = await RunAsync("webhooks", "create", "--url", "https://a", "--event-type", "*", "--secret-file", file);
        Server.Fail<CreateWebhookRequest>(Grpc.Core.StatusCode.InvalidArgument, "no");
        var failed = await RunAsync("webhooks", "create", "--url", "https://a", "--event-type", "*", "--secret-file", file);

        Assert.Single(created.Lines, line => line.Contains(secret));
        Assert.DoesNotContain(secret, created.Error + failed.Output + failed.Error);
        foreach (var read in new[] { "webhooks get wh_1", "webhooks list", "webhooks get wh_1 --json" })
        {
            var run = (await RunAsync(read)).Succeeded();
            Assert.DoesNotContain(secret, run.Output + run.Error);
        }
    }

    [Fact]
    public async Task Any_ApiKey_IsNeverShown()
    {
        Server.Fail<GetServerInfoRequest>(Grpc.Core.StatusCode.Unauthenticated, "bad key");
        var runs = new[] { await RunAsync("info"), await RunAsync("info", "--key", Key), await RunAsync("info --help"), await RunAsync("nonsense") };
        Assert.All(runs, run => Assert.DoesNotContain(Key, run.Output + run.Error));
    }

    [Fact]
    public async Task EventsGet_Json_CanBePublishedAgain()
    {
        var stored = new Event
        {
            Id = "e-1",
            TenantId = "acme",
            Type = "t",
            Payload = ByteString.CopyFrom(1, 2, 255),
            ContentType = "x/y",
            Labels = { ["a"] = "b" },
            CreateTime = new Google.Protobuf.WellKnownTypes.Timestamp { Seconds = 5 },
        };
        Server.Answer<GetEventRequest>(_ => new GetEventResponse { Event = stored });

        var run = (await RunAsync("events get e-1 --json")).Succeeded();
        await RunAsync("events", "publish", "--batch", FileWith(run.Output));

        var again = stored.Clone();
        again.CreateTime = null;
        Assert.Equal(again, Server.Single<BatchPublishEventsRequest>().Events.Single());
    }
}
