using System.Net;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors.Platforms;

/// <summary>Wawp's document, "Set Webhook URL", and what goes with it.</summary>
public sealed class WawpTests(SharedServer shared) : PlatformTest(shared, "/platforms/wawp/v2/webhook")
{
    private const string Answer = """
        {
        "status": "success",
        "message": "Webhook set successfully.",
        "webhook": {
        "url": "https://my-app.com/webhook",
        "events": {
        "0": "message",
        "1": "message.ack",
        "2": "message.edited"
        },
        "is_active": 1,
        "enabled": true,
        "retries": {
        "delay": 2,
        "attempts": 15
        }
        }
        }
        """;

    private HttpCaller _nobody = null!;

    private string Named => $$"""
        {
        "access_token": "{{Tenant.Key}}",
        "instance_id": "Your_Instance_ID",
        "url": "https://my-app.com/webhook",
        "name": "Production CRM",
        "events": ["message", "message.ack", "message.edited"],
        "is_active": 1,
        "retries": { "delay": 2, "attempts": 15 }
        }
        """;

    /// <summary>As the document's JavaScript sends it.</summary>
    private string Compacted => $$$"""
        {"access_token":"{{{Tenant.Key}}}","instance_id":"Your_Instance_ID","url":"https://my-app.com/webhook","events":["message","message.ack","message.edited"],"is_active":1,"retries":{"delay":2,"attempts":15}}
        """;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _nobody = new(Server.Setup.Http, key: null);
    }

    public override ValueTask DisposeAsync()
    {
        _nobody.Dispose();
        return base.DisposeAsync();
    }

    [Fact]
    public async Task Document_IsAnsweredAsItShows()
    {
        AssertShown(Answer, (await CallAsync("POST", "/set", Named, _nobody)).Is(HttpStatusCode.OK));
        AssertShown(Answer, (await CallAsync("POST", "/set", Compacted, _nobody)).Is(HttpStatusCode.OK));

        var hook = Assert.Single((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
        Assert.Equal(("Production CRM", "wawp", "wawp"), (hook.Name, hook.Dialect, hook.RetryPolicy.Preset));
        Assert.Equal(["Your_Instance_ID"], hook.Instances);
        var preview = await Tenant.Clients.Webhooks.PreviewRequestAsync(new() { WebhookId = hook.Id, Event = TestTenant.NewEvent() });
        Assert.Equal(16, preview.RetrySchedule.Attempts);
    }

    [Fact]
    public async Task Set_ReplacesWhatItIsAboutAndKeepsTheRest()
    {
        var inbox = Receiver.Open();
        string Body(string more) => $$"""{"instance_id": "a", "url": "{{inbox.Url}}"{{more}}}""";
        await CallAsync("POST", "/set", Body(", \"events\": [\"message\"], \"hmac\": \"first secret\", \"name\": \"CRM\""));
        var made = Assert.Single((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
        await Tenant.ChangeAsync(new() { Id = made.Id, Dialect = "wawp-secret" });

        var set = (await CallAsync(
            "POST", "/set", Body(", \"events\": [\"message\", \"poll.vote\"], \"is_active\": 0, \"retries\": {\"delay\": 7, \"attempts\": 3}"))).Is(HttpStatusCode.OK);
        AssertShown(
            $$"""
            {"status": "success", "message": "Webhook set successfully.", "webhook": {
              "url": "{{inbox.Url}}", "events": {"0": "message", "1": "poll.vote"}, "is_active": 0, "enabled": false, "retries": {"delay": 7, "attempts": 3} } }
            """,
            set);
        await CallAsync("POST", "/set", Body(", \"events\": [\"message\"], \"hmac\": \"second secret\", \"retries\": {\"delay\": 7}"));

        var hook = Assert.Single((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
        Assert.Equal((made.Id, "wawp-secret", "CRM", true, 16), (hook.Id, hook.Dialect, hook.Name, hook.Enabled, hook.RetryPolicy.MaxAttempts));
        await PublishAsync("message", "a", "{}");
        Assert.Equal("second secret", (await inbox.CountAsync(1))[0].Header("X-Wawp-Signature"));
    }

    [Fact]
    public async Task Deliveries_AreSigned()
    {
        var inbox = Receiver.Open();
        await CallAsync("POST", "/set", $$"""{"instance_id": "a", "url": "{{inbox.Url}}", "events": ["message"], "hmac": "my hmac secret"}""");

        await PublishAsync("message", "a", """{"body" : 1}""");

        var request = (await inbox.CountAsync(1))[0];
        Assert.Equal(Hex("my hmac secret", request.Body.ToArray()), request.Header("X-Wawp-Signature"));
    }

    [Fact]
    public async Task Webhooks_AreListedAndDeletedByUrlAndInstance()
    {
        await CallAsync("POST", "/set", Named);
        await CallAsync("POST", "/set", Named.Replace("Your_Instance_ID", "another", StringComparison.Ordinal));
        var one = Compact(Answer)["""{"status":"success","message":"Webhook set successfully.","webhook":""".Length..^1];

        AssertShown(
            $$"""{"status": "success", "webhooks": [{{one}}]}""",
            await CallAsync("GET", $"/list?instance_id=another&access_token={Tenant.Key}", caller: _nobody));
        AssertShown($$"""{"status": "success", "webhooks": [{{one}}, {{one}}]}""", (await CallAsync("GET", "/list")).Is(HttpStatusCode.OK));

        const string Gone = """{"instance_id": "another", "url": "https://MY-APP.com:443/webhook"}""";
        AssertShown(
            """{"status": "success", "message": "Webhook deleted successfully."}""",
            (await CallAsync("POST", $"/delete?access_token={Tenant.Key}", Gone, _nobody)).Is(HttpStatusCode.OK));
        AssertShown(
            """{"code": "not_found", "message": "There is no webhook \"https://MY-APP.com:443/webhook\"."}""",
            (await CallAsync("POST", "/delete", Gone)).Is(HttpStatusCode.NotFound));
        Assert.Equal(["Your_Instance_ID"], Assert.Single((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks).Instances);
    }

    [Fact]
    public async Task Plan_WithoutWebhooks_RequiresASubscription()
    {
        await Platform.Admin.UpdateTenantAsync(new()
        {
            Tenant = new() { Id = Tenant.Id, DisabledFeatures = { "webhooks" } },
            UpdateMask = new() { Paths = { "disabled_features" } },
        });

        var refused = (await CallAsync("POST", "/set", Named, _nobody)).Is(HttpStatusCode.Forbidden).Json;

        Assert.Equal(["code", "message"], refused.AsObject().Select(field => field.Key));
        Assert.Equal("subscription_required", (string)refused["code"]!);
        Assert.Empty((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
    }

    [Theory]
    [InlineData("{}", "instance_id", "url", "events")]
    [InlineData("""{"instance_id": "a", "url": "http://my-app.com", "events": ["no good"], "hmac": "short"}""", "url", "events[0]", "hmac")]
    [InlineData("""{"instance_id": "", "url": "https://my-app.com", "events": []}""", "events", "instance_id")]
    [InlineData("""{"instance_id": "a", "url": "http://my-app.com", "events": {"0": "message"}, "is_active": true, "retries": {"delay": 0, "attempts": 100, "x": 1}}""",
        "url", "events", "is_active", "retries.delay", "retries.attempts", "retries.x")]
    public async Task Request_ThatIsWrong_NamesEveryField(string json, params string[] fields)
    {
        var refused = (await CallAsync("POST", "/set", json)).Is(HttpStatusCode.BadRequest).Json;

        Assert.Equal("invalid_fields", (string)refused["code"]!);
        Assert.All(fields, field => Assert.Contains($"{field}: ", (string)refused["message"]!, StringComparison.Ordinal));
        Assert.Empty((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
    }

    [Theory]
    [InlineData("""{"access_token": "cpk_none"}""", "api_key_invalid")]
    [InlineData("""{"access_token": 1}""", "api_key_missing")]
    [InlineData("""{"access_token": null}""", "api_key_missing")]
    [InlineData("""{"access_token": """, "api_key_missing")]
    [InlineData("[]", "api_key_missing")]
    [InlineData("", "api_key_missing")]
    public async Task Body_WithoutAKey_IsUnauthorized(string json, string code)
    {
        var refused = (await CallAsync("POST", "/set", json, _nobody)).Is(HttpStatusCode.Unauthorized).Json;

        Assert.Equal(code, (string)refused["code"]!);
    }
}
