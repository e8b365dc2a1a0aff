using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors.Platforms;

/// <summary>The document of the server on port 7001, "POST /webhooks", and what goes with it.</summary>
public sealed class GowaTests(SharedServer shared) : PlatformTest(shared, "/platforms/gowa/webhooks")
{
    private const string Creation =
        """{"url":"https://your-server.com/webhook","secret":"string","events":["message.received","connection.connected"]}""";

    private const string Retrieved = """
        {
          "status": true,
          "code": 200,
          "message": "Webhook retrieved successfully",
          "data": {
            "id": 1,
            "url": "https://your-server.com/webhook",
            "events": [
              "message.received",
              "connection.connected"
            ],
            "active": true,
            "created_at": "2025-01-01T00:00:00Z"
          }
        }
        """;

    [Theory]
    [InlineData("")]
    [InlineData("Bearer ")]
    public async Task Document_IsAnsweredAsItShows(string scheme)
    {
        using var nobody = new HttpCaller(Server.Setup.Http, key: null);
        var created = await nobody.SendAsync(
            HttpMethod.Post, "/platforms/gowa/webhooks", new StringContent(Creation, Encoding.UTF8, "application/json"), ("Authorization", scheme + Tenant.Key));

        AssertShown(
            """
            {
              "code": 201,
              "data": {
                "id": 1,
                "url": "https://your-server.com/webhook",
                "active": true,
                "events": [
                  "message.received",
                  "connection.connected"
                ],
                "created_at": "2025-12-17T10:30:00Z"
              },
              "status": true,
              "message": "Webhook created successfully"
            }
            """,
            created.Is(HttpStatusCode.Created));
        AssertShown(Retrieved, (await CallAsync("GET", "/1")).Is(HttpStatusCode.OK));
    }

    [Fact]
    public async Task Errors_AreWhatTheDocumentShows()
    {
        AssertShown(
            """{"code": 400, "error": "URL must be HTTPS", "status": false, "message": "Bad request"}""",
            (await CallAsync("POST", "", Creation.Replace("https", "http", StringComparison.Ordinal))).Is(HttpStatusCode.BadRequest));
        foreach (var header in new[] { null, "", "cpk_none", "Bearer cpk_none_but_of_the_right_shape_000000000", "Basic eDp5" })
        {
            AssertShown(
                """{"status": false, "code": 401, "message": "Unauthorized", "error": "Invalid or missing authentication"}""",
                (await KnockAsync(header)).Is(HttpStatusCode.Unauthorized));
        }

        const string Token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIiwiZXhwIjoxfQ.c2lnbmF0dXJl";
        foreach (var header in new[] { Token, $"Bearer {Token}" })
        {
            AssertShown(
                """{"code": 401, "error": "Invalid or expired JWT token", "status": false, "message": "Unauthorized"}""",
                (await KnockAsync(header)).Is(HttpStatusCode.Unauthorized));
        }

        Assert.Empty((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
    }

    [Fact]
    public async Task Webhook_IsChangedTriedAndDeleted()
    {
        var inbox = Receiver.Open();
        await CallAsync("POST", "", Creation);
        AssertShown(
            Retrieved.Replace("Webhook retrieved", "Webhook updated", StringComparison.Ordinal)
                .Replace("https://your-server.com/webhook", inbox.Url, StringComparison.Ordinal)
                .Replace("\"active\": true", "\"active\": false", StringComparison.Ordinal),
            (await CallAsync("PATCH", "/1", $$"""{"url": "{{inbox.Url}}", "active": false, "secret": "a longer secret"}""")).Is(HttpStatusCode.OK));

        var tested = (await CallAsync("POST", "/1/test")).Is(HttpStatusCode.OK).Json;
        Assert.Equal((true, 200, "Webhook test sent successfully"), ((bool)tested["status"]!, (int)tested["code"]!, (string)tested["message"]!));
        Assert.Equal(("webhook.test", "delivered", 204), Outcome(tested["data"]!));

        await CallAsync("PATCH", "/1", """{"active": true}""");
        await PublishAsync("message.received", "", """{"text":"hi"}""");
        var requests = await inbox.CountAsync(2);
        Assert.StartsWith("""{"event":"message.received","timestamp":""", Encoding.UTF8.GetString(requests[1].Body.Span), StringComparison.Ordinal);
        Assert.Equal("sha256=" + Hex("a longer secret", requests[1].Body.ToArray()), requests[1].Header("X-Webhook-Signature"));

        var logs = await Eventually.BecomesAsync(
            async () => (await CallAsync("GET", "/1/logs")).Is(HttpStatusCode.OK).Json["data"]!.AsArray(),
            found => found.All(log => (string)log!["status"]! == "delivered"),
            "both deliveries to be logged");
        Assert.Equal([("message.received", "delivered", 204), ("webhook.test", "delivered", 204)], logs.Select(log => Outcome(log!)));
        Assert.Equal(
            ["id", "event", "status", "attempts", "response_code", "created_at", "delivered_at"], logs[0]!.AsObject().Select(field => field.Key));

        var list = (await CallAsync("GET", "")).Is(HttpStatusCode.OK).Json;
        Assert.Equal("Webhooks retrieved successfully", (string)list["message"]!);
        Assert.Equal(1, (int)Assert.Single(list["data"]!.AsArray())!["id"]!);
        AssertShown(
            """{"status": true, "code": 200, "message": "Webhook deleted successfully"}""", (await CallAsync("DELETE", "/1")).Is(HttpStatusCode.OK));
        AssertShown(
            """{"status": false, "code": 404, "message": "Not found", "error": "There is no webhook \"1\"."}""",
            (await CallAsync("GET", "/1/logs")).Is(HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Creation_TakesThePlatformsDefaults()
    {
        (await CallAsync("POST", "", """{"url": "https://your-server.com/webhook"}""")).Is(HttpStatusCode.Created);

        var hook = Assert.Single((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
        Assert.Equal(("gowa", "gowa"), (hook.Dialect, hook.RetryPolicy.Preset));
        Assert.Equal(["*"], hook.EventTypes);
    }

    private async Task<HttpAnswer> KnockAsync(string? header)
    {
        using var nobody = new HttpCaller(Server.Setup.Http, key: null);
        return await nobody.SendAsync(
            HttpMethod.Post,
            "/platforms/gowa/webhooks",
            new StringContent(Creation, Encoding.UTF8, "application/json"),
            header is null ? [] : [("Authorization", header)]);
    }

    private static (string Event, string Status, int Code) Outcome(JsonNode log) =>
        ((string)log["event"]!, (string)log["status"]!, (int)log["response_code"]!);
}
