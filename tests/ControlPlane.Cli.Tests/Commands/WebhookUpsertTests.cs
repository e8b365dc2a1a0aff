using ControlPlane.V1;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class WebhookUpsertTests : HookctlTest
{
    private const string Url = "https://example.com/hook";

    private static Webhook Plain(string externalId = "") => new() { Url = Url, EventTypes = { "*" }, ExternalId = externalId };

    [Fact]
    public async Task Upsert_Flags_DecideTheMatch()
    {
        const string Start = $"webhooks upsert --event-type * --url {Url}";
        (await RunAsync(Start)).Succeeded();
        (await RunAsync($"{Start} --external-id x-1")).Succeeded();
        (await RunAsync($"{Start} --external-id x-1 --match url")).Succeeded();
        (await RunAsync($"{Start} --id wh_1 --etag e --secret my-own-secret")).Succeeded();

        Assert.Equal(
            [
                new UpsertWebhookRequest { Url = Url, Webhook = Plain() },
                new UpsertWebhookRequest { ExternalId = "x-1", Webhook = Plain("x-1") },
                new UpsertWebhookRequest { Url = Url, Webhook = Plain("x-1") },
                new UpsertWebhookRequest
                {
                    WebhookId = "wh_1", Secret = "my-own-secret", Webhook = new Webhook(Plain()) { Etag = "e" },
                },
            ],
            Server.Requests);
    }

    [Fact]
    public async Task Upsert_Answer_ShowsTheSecretOnlyOfANewWebhook()
    {
        Server.Answer<UpsertWebhookRequest>(r => new UpsertWebhookResponse { Webhook = r.Webhook, Secret = "whsec_made", Created = true });
        var created = (await RunAsync($"webhooks upsert --event-type * --url {Url}")).Succeeded();
        Server.Answer<UpsertWebhookRequest>(r => new UpsertWebhookResponse { Webhook = r.Webhook });
        var replaced = (await RunAsync($"webhooks upsert --event-type * --url {Url}")).Succeeded();

        Assert.Contains("whsec_made", created.Output, StringComparison.Ordinal);
        Assert.Contains("not shown again", created.Error, StringComparison.Ordinal);
        Assert.Contains("replaced", replaced.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--url https://a --match id")]
    [InlineData("--url https://a --match external-id")]
    [InlineData("--external-id x --match url")]
    [InlineData("--url https://a --match name")]
    public async Task Upsert_NothingToMatchBy_IsAUsageError(string flags)
    {
        Assert.Equal(2, (await RunAsync($"webhooks upsert --event-type * {flags}")).ExitCode);
        Assert.Empty(Server.Requests);
    }
}
