using System.Globalization;
using System.Net;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors.Platforms;

/// <summary>Wachat's document, "Create or Update Webhook", and what goes with it.</summary>
public sealed class WachatTests(SharedServer shared) : PlatformTest(shared, "/platforms/wachat/api/v1/webhooks")
{
    private const string Creation = """
        {
            "name": "Production webhook",
            "url": "https://example.com/wachat/webhook",
            "instanceName": "t1_mq9r2jov_jakarta_store",
            "events": ["messages.upsert", "connection.update"],
            "enabled": true
        }
        """;

    private const string Update = """
        {
          "url": "https://example.com/wachat/webhook",
          "id": 1,
          "name": "Production webhook",
          "events": [
            "messages.upsert",
            "connection.update"
          ],
          "instanceName": "t1_mq9r2jov_jakarta_store",
          "enabled": true,
          "secret": "whsec_your_custom_secret_of_24_and_abcdef"
        }
        """;

    private const string Answer = """
        {
          "success": true,
          "webhook": {
            "id": 1,
            "name": "Production webhook",
            "url": "https://example.com/wachat/webhook",
            "events": [
              "messages.upsert",
              "connection.update"
            ],
            "enabled": true,
            "secret": "whsec_••••abcdef",
            "instance": {
              "instanceName": "jakarta_store",
              "displayName": "jakarta_store",
              "apiInstanceName": "t1_mq9r2jov_jakarta_store",
              "internalName": "t1_mq9r2jov_jakarta_store"
            },
            "createdAt": "2026-06-13T08:00:00.000Z",
            "updatedAt": "2026-06-13T08:00:00.000Z"
          }
        }
        """;

    [Fact]
    public async Task Document_IsAnsweredAsItShows()
    {
        var created = (await CallAsync("POST", "", Creation)).Is(HttpStatusCode.OK);
        var secret = (string)created.Json["webhook"]!["secret"]!;
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", secret);
        AssertShown(Answer.Replace("whsec_••••abcdef", secret, StringComparison.Ordinal), created);

        AssertShown(Answer, (await CallAsync("POST", "", Update)).Is(HttpStatusCode.OK));
        AssertShown(Answer, (await CallAsync("GET", "/1")).Is(HttpStatusCode.OK));
        AssertShown(
            $$"""{"success": true, "webhooks": [{{Compact(Answer)[26..^1]}}], "count": 1}""", (await CallAsync("GET", "")).Is(HttpStatusCode.OK));
        AssertShown("""{"success": true, "webhooks": [], "count": 0}""", await CallAsync("GET", "?instanceName=t1_mq9r2jov_other"));
        AssertShown("""{"success": true, "message": "Webhook deleted successfully."}""", (await CallAsync("DELETE", "/1")).Is(HttpStatusCode.OK));
        AssertShown(
            """{"success": false, "message": "There is no webhook \"1\".", "errors": {}}""", (await CallAsync("GET", "/1")).Is(HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Deliveries_AreSignedAsTheDocumentSays()
    {
        var inbox = Receiver.Open();
        var created = (await CallAsync("POST", "", $$"""{"url": "{{inbox.Url}}", "instanceName": "t1_a"}""")).Is(HttpStatusCode.OK).Json["webhook"]!;
        Assert.Equal("*", (string)Assert.Single(created["events"]!.AsArray())!);

        await PublishAsync("messages.upsert", "t1_a", """{"text" : "hello"}""");
        await PublishAsync("messages.upsert", "t1_b", """{"text" : "for another instance"}""");

        var request = (await inbox.CountAsync(1))[0];
        Assert.Equal("messages.upsert", request.Header("X-Wachat-Event"));
        var hook = Assert.Single((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
        Assert.Equal(("wachat", hook.Id), (hook.Dialect, request.Header("X-Wachat-Webhook-Id")));
        Assert.Null(hook.RetryPolicy);
        var time = request.Header("X-Wachat-Timestamp")!;
        Assert.True(long.Parse(time, CultureInfo.InvariantCulture) > 1_700_000_000);
        Assert.Equal(Hex((string)created["secret"]!, Utf8(time + "."), request.Body.ToArray()), request.Header("X-Wachat-Signature"));
        Assert.Single(inbox.Requests);
    }

    [Fact]
    public async Task Update_KeepsWhatItDoesNotName()
    {
        await CallAsync("POST", "", Creation);

        var disabled = (await CallAsync("POST", "", """{"id": 1, "url": "https://example.com/other", "enabled": false}""")).Json["webhook"]!;
        Assert.Equal(("https://example.com/other", false, 2), ((string)disabled["url"]!, (bool)disabled["enabled"]!, disabled["events"]!.AsArray().Count));
        Assert.Equal("jakarta_store", (string)disabled["instance"]!["displayName"]!);

        var everywhere = (await CallAsync("POST", "", """{"id": 1, "instanceName": null, "secret": "my own secret"}""")).Json["webhook"]!;
        Assert.Null(everywhere["instance"]);
        Assert.Equal((false, "••••ret"), ((bool)everywhere["enabled"]!, (string)everywhere["secret"]!));
        Assert.Equal(2, (await Tenant.GetHookAsync((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks[0].Id)).Secrets.Count);
    }

    [Fact]
    public async Task Update_KeepsWhatThePlatformHasNoFieldFor()
    {
        var made = (await Tenant.HookAsync(Receiver.Open(), webhook =>
        {
            webhook.Dialect = "stripe";
            webhook.Headers.Add("X-Team", "a");
            webhook.Headers.Add("X-Token", "secret value");
        })).Webhook;

        (await CallAsync("POST", "", """{"id": 1, "name": "renamed", "secret": "another secret"}""")).Is(HttpStatusCode.OK);

        var hook = await Tenant.GetHookAsync(made.Id);
        Assert.Equal(("renamed", "stripe", "a"), (hook.Name, hook.Dialect, hook.Headers["X-Team"]));
        Assert.Equal(made.RetryPolicy, hook.RetryPolicy);
    }

    [Theory]
    [InlineData("""{"url": "https://example.com", "events": ["messages.upsert", "message.new"]}""", "events[1]")]
    [InlineData("""{"url": "http://example.com", "secret": "short"}""", "url", "secret")]
    [InlineData("""{"url": "http://example.com", "events": ["message.new"], "secret": "short", "color": "red"}""", "url", "events[0]", "secret", "color")]
    [InlineData("""{"events": ["*"]}""", "url")]
    [InlineData("""{"url": "https://example.com", "events": []}""", "events")]
    [InlineData("""{"url": 1, "id": 0, "name": 1, "enabled": "yes", "instanceName": [], "color": "red", "events": "*"}""",
        "url", "events",
        "id", "name", "enabled", "instanceName", "color")]
    public async Task Request_ThatIsWrong_NamesEveryField(string json, params string[] fields)
    {
        var refused = (await CallAsync("POST", "", json)).Is(HttpStatusCode.BadRequest).Json;

        Assert.Equal(["success", "message", "errors"], refused.AsObject().Select(field => field.Key));
        Assert.Equal(fields.Order(), refused["errors"]!.AsObject().Select(field => field.Key).Order());
        Assert.All(refused["errors"]!.AsObject(), field => Assert.Single(field.Value!.AsArray()));
        Assert.All(fields, field => Assert.Contains(field, (string)refused["message"]!, StringComparison.Ordinal));
        Assert.Empty((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
    }
}
