using System.Net;
using System.Text;
using ControlPlane.Testing;
using Google.Protobuf;

namespace ControlPlane.Functional.Tests.Doors.Platforms;

/// <summary>WAHooks' document, "Receive Webhooks", and the calls that its clients make.</summary>
public sealed class WaHooksTests(SharedServer shared) : PlatformTest(shared, "/platforms/wahooks/api")
{
    [Fact]
    public async Task Webhook_LivesThroughAllRoutes()
    {
        var inbox = Receiver.Open();
        var created = (await CallAsync("POST", "/connections/default/webhooks", $$"""{"url": "{{inbox.Url}}", "events": ["message", "message.any"]}"""))
            .Is(HttpStatusCode.Created);
        var (id, secret) = ((string)created.Json["id"]!, (string)created.Json["signingSecret"]!);
        const string Time = "2026-06-13T08:00:00.000Z";
        AssertShown(Webhook($"\"signingSecret\": \"{secret}\", "), created);
        AssertShown($"[{Webhook()}]", (await CallAsync("GET", "/connections/default/webhooks")).Is(HttpStatusCode.OK));
        AssertShown("[]", (await CallAsync("GET", "/connections/other/webhooks")).Is(HttpStatusCode.OK));
        var hook = await Tenant.GetHookAsync(id);
        Assert.Equal(("wahooks", "wahooks"), (hook.Dialect, hook.RetryPolicy.Preset));

        AssertShown(
            Webhook().Replace("\"message\", \"message.any\"", "\"*\"", StringComparison.Ordinal),
            (await CallAsync("PUT", $"/webhooks/{id}", """{"events": ["*"]}""")).Is(HttpStatusCode.OK));

        var test = (await CallAsync("POST", $"/webhooks/{id}/test")).Is(HttpStatusCode.OK);
        AssertShown($$"""{"success": true, "logId": "{{test.Json["logId"]}}"}""", test);

        const string Payload = """
            {"id": "false_1234567890@s.whatsapp.net_3A...","timestamp": 1710000000,"from": "1234567890@s.whatsapp.net","body": "Hello!","hasMedia": false}
            """;
        await PublishAsync("message", "default", Payload);
        var request = (await inbox.CountAsync(2))[1];
        Assert.Equal($$"""{"event":"message","session":"default","payload":{{Payload}}}""", Encoding.UTF8.GetString(request.Body.Span));
        Assert.Equal("message", request.Header("X-WAHooks-Event"));
        Assert.Equal(
            "sha256=" + Hex(secret, Utf8(request.Header("X-WAHooks-Timestamp") + "."), request.Body.ToArray()), request.Header("X-WAHooks-Signature"));

        var logs = await LogsAsync(id, "delivered", count: 2);
        Assert.Equal(
            ["id", "eventType", "payload", "status", "attempts", "deliveredAt", "createdAt"], logs[0].AsObject().Select(field => field.Key));
        Assert.Equal(Compact(Payload), logs[0]["payload"]!.ToJsonString());
        Assert.Equal((string)test.Json["logId"]!, (string)logs[1]["id"]!);
        Assert.Equal(1, (int)logs[0]["attempts"]!);

        AssertShown("""{"success": true}""", (await CallAsync("DELETE", $"/webhooks/{id}")).Is(HttpStatusCode.OK));
        AssertShown(
            $$"""{"statusCode": 404, "message": "There is no webhook \"{{id}}\"."}""", (await CallAsync("GET", $"/webhooks/{id}/logs")).Is(HttpStatusCode.NotFound));

        string Webhook(string more = "") =>
            $$"""{"id": "{{id}}", "sessionId": "default", "url": "{{inbox.Url}}", "events": ["message", "message.any"], {{more}}"active": true, "createdAt": "{{Time}}", "updatedAt": "{{Time}}"}""";
    }

    [Fact]
    public async Task Logs_ShowWhatFailedAndPayloadsOfEveryKind()
    {
        var inbox = Receiver.Open();
        inbox.Answer = _ => 500;
        var id = (string)(await CallAsync("POST", "/connections/c/webhooks", $$"""{"url": "{{inbox.Url}}"}""")).Json["id"]!;
        await Tenant.ChangeAsync(new() { Id = id, RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromMilliseconds(100), attempts: 2) });
        var deep = string.Concat(Enumerable.Repeat("[", 64)) + string.Concat(Enumerable.Repeat("]", 64));

        await PublishAsync("message", "c", deep);
        await Tenant.PublishAsync(source =>
        {
            (source.Type, source.Instance, source.ContentType) = ("message.ack", "c", "text/plain");
            source.Payload = ByteString.CopyFromUtf8("plain \"text\"");
        });

        var logs = await LogsAsync(id, "failed", count: 2);
        Assert.Equal(["message", "message.ack"], logs.Select(log => (string)log["eventType"]!).Order());
        var json = logs.Single(log => (string)log["eventType"]! == "message");
        Assert.Equal((deep, 2), (json["payload"]!.ToJsonString(), (int)json["attempts"]!));
        Assert.Null(json["deliveredAt"]);
        Assert.Equal("plain \"text\"", (string)logs.Single(log => log != json)["payload"]!);
    }

    [Fact]
    public async Task Logs_AreTheLastHundred()
    {
        var id = (string)(await CallAsync("POST", "/connections/c/webhooks", $$"""{"url": "{{Receiver.Open().Url}}"}""")).Json["id"]!;
        await Tenant.Clients.Events.BatchPublishEventsAsync(new()
        {
            Events = { Enumerable.Range(0, 105).Select(i => TestTenant.NewEvent(source => (source.Type, source.Instance) = ($"message.{i}", "c"))) },
        });

        var logs = await LogsAsync(id, "delivered", count: 100);

        Assert.Equal(Enumerable.Range(5, 100).Reverse().Select(i => $"message.{i}"), logs.Select(log => (string)log["eventType"]!));
    }

    [Theory]
    [InlineData("{}", "url: ")]
    [InlineData("""{"url": "http://your-server.com", "events": ["no good"]}""", "url: ", "events[0]: ")]
    [InlineData("""{"url": "http://your-server.com", "events": "*", "active": true}""", "url: ", "events: ", "active: ")]
    public async Task Creation_ThatIsWrong_NamesEveryField(string json, params string[] fields)
    {
        var refused = (await CallAsync("POST", "/connections/default/webhooks", json)).Is(HttpStatusCode.BadRequest).Json;

        Assert.Equal(["statusCode", "message"], refused.AsObject().Select(field => field.Key));
        Assert.Equal(400, (int)refused["statusCode"]!);
        Assert.All(fields, field => Assert.Contains(field, (string)refused["message"]!, StringComparison.Ordinal));
        Assert.Empty((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
    }

    private Task<List<System.Text.Json.Nodes.JsonNode>> LogsAsync(string id, string status, int count) => Eventually.BecomesAsync(
        async () => (await CallAsync("GET", $"/webhooks/{id}/logs")).Is(HttpStatusCode.OK).Json.AsArray().Select(log => log!).ToList(),
        logs => logs.Count == count && logs.All(log => (string)log["status"]! == status),
        $"{count} logs to be {status}");
}
