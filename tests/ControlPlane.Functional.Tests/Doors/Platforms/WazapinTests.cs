using System.Net;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors.Platforms;

/// <summary>The eight routes of Wazapin's document, "Webhooks".</summary>
public sealed class WazapinTests(SharedServer shared) : PlatformTest(shared, "/platforms/wazapin/v1/settings/developer/webhooks")
{
    [Fact]
    public async Task Endpoint_LivesThroughAllRoutes()
    {
        var inbox = Receiver.Open();
        var created = (await CallAsync("POST", "/endpoints", $$"""{"url": "{{inbox.Url}}", "event_types": ["message.new"]}""")).Is(HttpStatusCode.Created).Json;
        var (id, secret) = ((string)created["id"]!, (string)created["secret"]!);
        Assert.Equal(
            ["id", "name", "url", "event_types", "channel_ids", "enabled", "secret", "secret_hint", "created_at", "updated_at"],
            created.AsObject().Select(field => field.Key));
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);

        var settings = (await CallAsync("GET", "")).Is(HttpStatusCode.OK);
        Assert.DoesNotContain(secret, settings.Text, StringComparison.Ordinal);
        Assert.Equal(id, (string)Assert.Single(settings.Json["endpoints"]!.AsArray())!["id"]!);
        Assert.Equal(
            ["message.new", "message.sent", "message.status_update", "conversation.updated", "contact.updated", "template.status_update"],
            settings.Json["event_types"]!.AsArray().Select(type => (string)type!["name"]!));

        var changed = (await CallAsync("PATCH", $"/endpoints/{id}", """{"name": "inbox", "channel_ids": ["wzp_abc123"]}""")).Is(HttpStatusCode.OK).Json;
        Assert.Equal(("inbox", "wzp_abc123", "message.new"), ((string)changed["name"]!, (string)changed["channel_ids"]![0]!, (string)changed["event_types"]![0]!));
        Assert.Null(changed["secret"]);

        var rotated = (await CallAsync("POST", $"/endpoints/{id}/rotate-secret")).Is(HttpStatusCode.OK).Json;
        var newest = (string)rotated["secret"]!;
        Assert.NotEqual(secret, newest);

        var tested = (await CallAsync("POST", $"/endpoints/{id}/test")).Is(HttpStatusCode.OK).Json["delivery"]!;
        Assert.Equal(("delivered", id), ((string)tested["status"]!, (string)tested["endpoint_id"]!));

        const string Body = """{"message_id": "9f1fd66d-c37a-4b50-a8c2-b4dca523f9c8","msg_type": "text"}""";
        await PublishAsync("message.new", "wzp_abc123", Body);
        var request = (await inbox.CountAsync(2))[1];
        Assert.Equal(Body, System.Text.Encoding.UTF8.GetString(request.Body.Span));
        Assert.Equal(request.Header("webhook-id"), request.Header("svix-id"));
        Assert.True(request.Verify(newest).IsValid);
        Assert.True(request.Verify(secret).IsValid);

        AssertShown($$"""{"id": "{{id}}", "deleted": true}""", (await CallAsync("DELETE", $"/endpoints/{id}")).Is(HttpStatusCode.OK));
        (await CallAsync("PATCH", $"/endpoints/{id}", """{"name": "x"}""")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Deliveries_AreListedAndRetriedByMessageAndById()
    {
        var inbox = Receiver.Open();
        inbox.Answer = _ => 500;
        foreach (var name in new[] { "a", "b" })
        {
            await Tenant.HookAsync(inbox, webhook => (webhook.Name, webhook.RetryPolicy) = (name, TestTenant.RetryEvery(TimeSpan.FromMilliseconds(100), attempts: 1)));
        }

        var message = (await Tenant.PublishAsync()).Event.Id;
        var failed = await ListAsync($"?message_id={message}&status=failed", count: 2);
        Assert.Equal(
            ["id", "message_id", "endpoint_id", "event_type", "status", "attempts", "last_status_code", "next_attempt_at", "delivered_at", "created_at"],
            failed[0].AsObject().Select(field => field.Key));
        Assert.Equal((500, 1), ((int)failed[0]["last_status_code"]!, (int)failed[0]["attempts"]!));

        inbox.Answer = _ => 204;
        AssertShown(
            $$"""{"message_id": "{{message}}", "retried": 2}""", (await CallAsync("POST", $"/deliveries/{message}/retry")).Is(HttpStatusCode.OK));
        await inbox.CountAsync(4);
        var delivered = await ListAsync($"?message_id={message}&status=delivered", count: 2);

        var one = (string)delivered[0]["id"]!;
        AssertShown($$"""{"message_id": "{{one}}", "retried": 1}""", (await CallAsync("POST", $"/deliveries/{one}/retry")).Is(HttpStatusCode.OK));
        await inbox.CountAsync(5);

        await ListAsync($"?message_id={message}&status=delivered", count: 2);
        AssertShown(
            $$$"""{"error": {"code": "delivery_not_ended", "message": "No delivery of the message \"{{{message}}}\" has failed.", "fields": []}}""",
            (await CallAsync("POST", $"/deliveries/{message}/retry")).Is(HttpStatusCode.BadRequest));
        AssertShown(
            """{"error": {"code": "not_found", "message": "There is no message \"msg_none\".", "fields": []}}""",
            (await CallAsync("POST", "/deliveries/msg_none/retry")).Is(HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Deliveries_ComeInPages()
    {
        await Tenant.HookAsync(Receiver.Open());
        for (var i = 0; i < 3; i++)
        {
            await Tenant.PublishAsync();
        }

        var first = (await CallAsync("GET", "/deliveries?limit=2&event_type=order.created")).Is(HttpStatusCode.OK).Json;
        var second = (await CallAsync("GET", $"/deliveries?limit=2&event_type=order.created&cursor={first["next_cursor"]}")).Is(HttpStatusCode.OK).Json;

        Assert.Equal((2, 1), (first["deliveries"]!.AsArray().Count, second["deliveries"]!.AsArray().Count));
        Assert.Null(second["next_cursor"]);
        Assert.Equal(3, first["deliveries"]!.AsArray().Concat(second["deliveries"]!.AsArray()).Select(delivery => (string)delivery!["id"]!).Distinct().Count());
    }

    [Theory]
    [InlineData("POST", "/endpoints", "{}", "url")]
    [InlineData("POST", "/endpoints", """{"url": "http://a.example", "event_types": ["no good"], "channel_ids": [""]}""", "url", "event_types[0]", "channel_ids[0]")]
    [InlineData("POST", "/endpoints", """{"url": 1, "enabled": 1, "events": [], "event_types": ["no good"]}""", "url", "enabled", "events", "event_types[0]")]
    [InlineData("GET", "/deliveries?status=lost&limit=0&color=red", null, "color", "limit", "status")]
    [InlineData("GET", "/deliveries?cursor=none&event_type=*.*", null, "cursor", "event_types[0]")]
    public async Task Request_ThatIsWrong_NamesEveryField(string verb, string path, string? json, params string[] fields)
    {
        var error = (await CallAsync(verb, path, json)).Is(HttpStatusCode.BadRequest).Json["error"]!;

        Assert.Equal(["code", "message", "fields"], error.AsObject().Select(field => field.Key));
        Assert.Equal("invalid_fields", (string)error["code"]!);
        Assert.Equal(fields.Order(), error["fields"]!.AsArray().Select(field => (string)field!["field"]!).Distinct().Order());
        Assert.Empty((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
    }

    private Task<List<System.Text.Json.Nodes.JsonNode>> ListAsync(string query, int count) => Eventually.BecomesAsync(
        async () => (await CallAsync("GET", $"/deliveries{query}")).Is(HttpStatusCode.OK).Json["deliveries"]!.AsArray().Select(node => node!).ToList(),
        found => found.Count == count,
        $"{count} deliveries of {query}");
}
