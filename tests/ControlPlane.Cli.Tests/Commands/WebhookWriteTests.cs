using System.Text;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class WebhookWriteTests : HookctlTest
{
    private static Duration Seconds(double seconds) => Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds));

    [Fact]
    public async Task Create_EveryFlag_FillsTheRequest()
    {
        Server.Answer<CreateWebhookRequest>(r => new CreateWebhookResponse { Webhook = r.Webhook, Secret = "whsec_made" });

        (await RunAsync(
            "--tenant", "acme", "webhooks", "create", "--url", "https://example.com/hook", "--event-type", "message.*", "--event-type", "order.paid",
            "--name", "Chat", "--description", "for people", "--external-id", "x-1", "--instance", "phone-1", "--instance", "phone-2",
            "--enabled", "false", "--dialect", "svix", "--additional-dialect", "github", "--header", "X-A=1=2", "--header", "X-B=", "--label", "team=chat",
            "--timeout-per-attempt", "20s", "--max-in-flight", "7", "--max-rate", "2.5", "--head-of-line", "park", "--while-suspended", "skip", "--while-disabled", "hold", "--retry", "exponential:5s,2,1h", "--max-attempts", "9",
            "--jitter", "0.25", "--non-retryable-status", "404", "--non-retryable-status", "422", "--max-age", "2d", "--secret", "my-own-secret",
            "--request-id", "r-1", "--validate-only")).Succeeded();

        Assert.Equal(
            new CreateWebhookRequest
            {
                Webhook = new Webhook
                {
                    TenantId = "acme",
                    Name = "Chat",
                    Url = "https://example.com/hook",
                    EventTypes = { "message.*", "order.paid" },
                    Description = "for people",
                    ExternalId = "x-1",
                    Instances = { "phone-1", "phone-2" },
                    Enabled = false,
                    Dialect = "svix",
                    AdditionalDialect = "github",
                    Headers = { ["X-A"] = "1=2", ["X-B"] = "" },
                    Labels = { ["team"] = "chat" },
                    Timeout = Seconds(20),
                    MaxInFlight = 7,
                    MaxRatePerSecond = 2.5,
                    HeadOfLine = HeadOfLine.Park,
                    WhileSuspended = WhileInactive.Skip,
                    WhileDisabled = WhileInactive.Hold,
                    RetryPolicy = new RetryPolicy
                    {
                        Exponential = new() { Initial = Seconds(5), Multiplier = 2, Max = Seconds(3600) },
                        MaxAttempts = 9,
                        Jitter = 0.25,
                        NonRetryableStatuses = { 404, 422 },
                        MaxAge = Seconds(172_800),
                    },
                },
                Secret = "my-own-secret",
                RequestId = "r-1",
                ValidateOnly = true,
            },
            Server.Single<CreateWebhookRequest>());
    }

    [Fact]
    public async Task Create_FewFlags_SetsNothingElse()
    {
        Variables["HOOKCTL_TENANT"] = "from-environment";
        await RunAsync("webhooks create --url https://example.com --event-type * --retry standard");

        var expected = new Webhook { TenantId = "from-environment", Url = "https://example.com", EventTypes = { "*" } };
        Assert.Equal(new CreateWebhookRequest { Webhook = expected }, Server.Single<CreateWebhookRequest>());
    }

    [Theory]
    [InlineData("from-a-file")]
    [InlineData("from-a-file\n")]
    [InlineData("from-a-file\r\n")]
    public async Task Create_SecretFile_IsSentWithoutItsLineBreak(string content)
    {
        Stdin = Encoding.UTF8.GetBytes(content);
        await RunAsync("webhooks", "create", "--url", "https://a", "--event-type", "*", "--secret-file", FileWith(content));
        await RunAsync("webhooks create --url https://a --event-type * --secret-file -");

        Assert.All(Server.Requests.OfType<CreateWebhookRequest>(), request => Assert.Equal("from-a-file", request.Secret));
        Assert.Equal(2, Server.Calls.Count);
    }

    [Theory]
    [InlineData("--name New", "name")]
    [InlineData("--url https://b --event-type a --event-type b", "url event_types")]
    [InlineData("--enabled", "enabled")]
    [InlineData("--instance i --label a=b --header c=d", "instances headers labels")]
    [InlineData("--timeout-per-attempt 5s --max-in-flight 0 --max-rate 0", "timeout max_in_flight max_rate_per_second")]
    [InlineData("--head-of-line BLOCK", "head_of_line")]
    [InlineData("--jitter 0 --max-attempts 3", "retry_policy.max_attempts retry_policy.jitter")]
    [InlineData("--non-retryable-status 404 --max-age 1d", "retry_policy.non_retryable_statuses retry_policy.max_age")]
    [InlineData("--retry fixed:2s --jitter 0.5", "retry_policy")]
    [InlineData("--retry standard", "retry_policy")]
    [InlineData("--additional-dialect svix --clear custom_dialect", "additional_dialect custom_dialect")]
    [InlineData("--clear labels --clear description --dialect svix --external-id e", "external_id dialect labels description")]
    public async Task Update_Flags_MakeTheMask(string flags, string mask)
    {
        await RunAsync($"webhooks update wh_1 --etag e-1 {flags}");

        var request = Server.Single<UpdateWebhookRequest>();
        Assert.Equal(mask.Split(' ').Order(), request.UpdateMask.Paths.Order());
        Assert.Equal(("wh_1", "e-1"), (request.Webhook.Id, request.Webhook.Etag));
    }

    [Fact]
    public async Task Update_Enabled_IsSetEitherWay()
    {
        await RunAsync("webhooks update wh_1 --enabled");
        await RunAsync("webhooks update wh_1 --enabled false --validate-only");

        var requests = Server.Requests.OfType<UpdateWebhookRequest>().ToList();
        Assert.Equal([true, false], requests.Select(r => r.Webhook.Enabled));
        Assert.Equal([false, true], requests.Select(r => r.ValidateOnly));
    }

    [Fact]
    public async Task Update_RetrySchedule_ReplacesThePolicy()
    {
        await RunAsync("webhooks update wh_1 --retry schedule:5s,10s --max-attempts 2");

        var expected = new RetryPolicy { Schedule = new() { Delays = { Seconds(5), Seconds(10) } }, MaxAttempts = 2 };
        Assert.Equal(expected, Server.Single<UpdateWebhookRequest>().Webhook.RetryPolicy);
    }

    [Fact]
    public async Task RotateSecret_Flags_FillTheRequest()
    {
        await RunAsync("webhooks", "rotate-secret", "wh_1", "--grace", "0s", "--etag", "e", "--secret-file", FileWith("next-secret\n"));
        await RunAsync("webhooks rotate-secret wh_2");

        Assert.Equal(
            [
                new RotateSecretRequest { WebhookId = "wh_1", GracePeriod = new Duration(), Etag = "e", Secret = "next-secret" },
                new RotateSecretRequest { WebhookId = "wh_2" },
            ],
            Server.Requests);
    }

    [Fact]
    public async Task Delete_Etag_IsSent()
    {
        (await RunAsync("webhooks delete wh_1 --etag e")).Succeeded();
        Assert.Equal(new DeleteWebhookRequest { WebhookId = "wh_1", Etag = "e" }, Server.Single<DeleteWebhookRequest>());
    }
}
