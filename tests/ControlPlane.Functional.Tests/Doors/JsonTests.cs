using System.Net;
using System.Text;
using System.Text.Json;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors;

/// <summary>What a person with curl does through the JSON door.</summary>
public sealed class JsonTests(SharedServer shared) : SharedServerTest(shared)
{
    private HttpCaller _http = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _http = new(Server.Setup.Http, Tenant.Key);
    }

    public override ValueTask DisposeAsync()
    {
        _http.Dispose();
        return base.DisposeAsync();
    }

    [Fact]
    public async Task WebhookAndEvent_CreatedInJson_AreDelivered()
    {
        var inbox = Receiver.Open();
        var hook = (await _http.PostAsync(
            "/v1/webhooks", $$$"""{"webhook":{"url":"{{{inbox.Url}}}","eventTypes":["order.*"],"timeout":"2.5s"}}""")).Is(HttpStatusCode.OK).Json;
        Assert.StartsWith("whsec_", (string)hook["secret"]!, StringComparison.Ordinal);
        Assert.Equal("2.500s", (string)hook["webhook"]!["timeout"]!);
        Assert.Equal("WEBHOOK_STATE_ACTIVE", (string)hook["webhook"]!["state"]!);

        var published = (await _http.PostAsync(
            "/v1/events",
            $$$"""{"event":{"type":"order.created","payload":"{{{Convert.ToBase64String("""{"order":1}"""u8)}}}"}}""")).Is(HttpStatusCode.OK).Json;

        Assert.Equal(1, (int)published["deliveryCount"]!);
        var received = (await inbox.CountAsync(1))[0];
        Assert.Equal("""{"order":1}""", Encoding.UTF8.GetString(received.Body.Span));
        var list = await Eventually.BecomesAsync(
            async () => (await _http.GetAsync($"/v1/deliveries?eventId={published["event"]!["id"]}&states=DELIVERY_STATE_SUCCEEDED")).Json["deliveries"]!.AsArray(),
            deliveries => deliveries.Count == 1,
            "the delivery to succeed");
        Assert.Equal(JsonValueKind.String, list[0]!["revision"]!.GetValueKind());
        var one = (await _http.GetAsync($"/v1/deliveries/{list[0]!["id"]}")).Json["delivery"]!;
        Assert.Single(one["attempts"]!.AsArray());
    }

    [Fact]
    public async Task Update_InJson_ChangesWhatIsSet()
    {
        var id = (await Tenant.HookAsync(Receiver.Open())).Webhook.Id;

        (await _http.SendAsync(HttpMethod.Patch, $"/v1/webhooks/{id}", Json("""{"webhook":{"name":"renamed"},"updateMask":"name"}"""))).Is(HttpStatusCode.OK);

        Assert.Equal("renamed", (await Tenant.GetHookAsync(id)).Name);
        (await _http.SendAsync(HttpMethod.Delete, $"/v1/webhooks/{id}?etag=stale", null)).Is(HttpStatusCode.Conflict, "ETAG_MISMATCH");
        (await _http.SendAsync(HttpMethod.Delete, $"/v1/webhooks/{id}", null)).Is(HttpStatusCode.OK);
        (await _http.GetAsync($"/v1/webhooks/{id}")).Is(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task Verb_WithoutABody_IsACallWithoutFields()
    {
        var hook = (await Tenant.HookAsync(Receiver.Open())).Webhook.Id;

        var rotated = (await _http.SendAsync(HttpMethod.Post, $"/v1/webhooks/{hook}:rotateSecret", null)).Is(HttpStatusCode.OK);

        Assert.StartsWith("whsec_", (string)rotated.Json["secret"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/nothing", "GET", HttpStatusCode.NotFound, "NO_ROUTE")]
    [InlineData("/v1/webhooks", "PUT", HttpStatusCode.MethodNotAllowed, "METHOD_NOT_TAKEN")]
    [InlineData("/v1/events/some-event", "DELETE", HttpStatusCode.MethodNotAllowed, "METHOD_NOT_TAKEN")]
    public async Task Address_ThatIsNone_IsRefusedInShape(string path, string method, HttpStatusCode status, string reason) =>
        (await _http.SendAsync(new HttpMethod(method), path, null)).Is(status, reason);

    [Theory]
    [InlineData("text/plain", "{}")]
    [InlineData(null, "{}")]
    [InlineData("application/json; charset=utf-16", "{}")]
    [InlineData("application/x-www-form-urlencoded", "event=1")]
    public async Task Body_OfAnotherKind_IsRefused(string? contentType, string body) =>
        (await _http.PostAsync("/v1/events", Encoding.UTF8.GetBytes(body), contentType))
            .Is(HttpStatusCode.UnsupportedMediaType, "CONTENT_TYPE_NOT_TAKEN");

    [Fact]
    public async Task Body_ThatIsPacked_IsRefused() =>
        (await _http.PostAsync("/v1/events", "{}"u8.ToArray(), "application/json", ("Content-Encoding", "gzip")))
            .Is(HttpStatusCode.UnsupportedMediaType, "CONTENT_TYPE_NOT_TAKEN");

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"event\":{}} x")]
    [InlineData("{\"event\":{},}")]
    [InlineData("{\"event\":{}}{}")]
    [InlineData("\uFEFF{}")]
    public async Task Body_ThatIsNoObject_IsRefused(string body) =>
        (await _http.PostAsync("/v1/events", Encoding.UTF8.GetBytes(body), "application/json"))
            .Is(HttpStatusCode.BadRequest, "MESSAGE_MALFORMED");

    [Theory]
    [InlineData("""{"event":{"typ":"a.b"},"extra":{"a":[1,{}]}}""", "event.typ UNKNOWN_FIELD", "extra UNKNOWN_FIELD")]
    [InlineData("""{"event":{"type":5,"payload":"%","labels":{"a":1},"id":{}}}""",
        "event.type WRONG_TYPE", "event.payload WRONG_TYPE", "event.labels[\"a\"] WRONG_TYPE", "event.id WRONG_TYPE")]
    [InlineData("""{"event":[{"type":"a.b"}]}""", "event WRONG_TYPE")]
    [InlineData("""{"event":{"type":"a.b","type":"c.d"}}""", "event.type FIELD_TWICE")]
    [InlineData("""{"event":{"type":"a.b","create_time":"2026","createTime":"2026-01-01T00:00:00Z"}}""",
        "event.create_time WRONG_TYPE", "event.create_time FIELD_TWICE")]
    [InlineData("""{"event":{"type":"\ud800"}}""", "event.type WRONG_TYPE")]
    [InlineData("""{"event":{"type":"a","labels":{"\ud800":"x"}}}""", "event.labels WRONG_TYPE")]
    public async Task Fields_ThatAreWrong_AreNamedAtOnce(string body, params string[] violations) => Assert.Equal(
        violations, (await _http.PostAsync("/v1/events", body)).Is(HttpStatusCode.BadRequest, "INVALID_FIELDS").Violations);

    [Theory]
    [InlineData("""{"webhook":{"maxInFlight":1.5,"maxRatePerSecond":"fast","enabled":"true","eventTypes":"*"}}""",
        "webhook.max_in_flight WRONG_TYPE", "webhook.max_rate_per_second WRONG_TYPE", "webhook.enabled WRONG_TYPE", "webhook.event_types WRONG_TYPE")]
    [InlineData("""{"webhook":{"state":"SLEEPY","timeout":"soon","eventTypes":["a.b",null]}}""",
        "webhook.state WRONG_TYPE", "webhook.timeout WRONG_TYPE", "webhook.event_types[1] WRONG_TYPE")]
    [InlineData("""{"webhook":{"retryPolicy":{"fixed":{"delay":"1s"},"schedule":{"delays":["1s"]}}}}""",
        "webhook.retry_policy.schedule ONE_OF_SEVERAL")]
    public async Task FieldsOfAWebhook_ThatAreWrong_AreNamedAtOnce(string body, params string[] violations) => Assert.Equal(
        violations, (await _http.PostAsync("/v1/webhooks", body)).Is(HttpStatusCode.BadRequest, "INVALID_FIELDS").Violations);

    [Theory]
    [InlineData("/v1/deliveries?pageSize=x&nothing=1", "pageSize WRONG_TYPE", "nothing UNKNOWN_FIELD")]
    [InlineData("/v1/deliveries?states=SLEEPY", "states WRONG_TYPE")]
    [InlineData("/v1/deliveries?created_after=yesterday", "created_after WRONG_TYPE")]
    [InlineData("/v1/deliveries?instance=a&instance=b", "instance FIELD_TWICE")]
    [InlineData("/v1/deliveries:explain?pair=1", "pair WRONG_TYPE")]
    [InlineData("/v1/deliveries?pageSize=1&page_size=2", "page_size FIELD_TWICE")]
    [InlineData("/v1/deliveries:explain?deliveryId=d&pair.eventId=e&pair.webhook_id=w", "pair.eventId ONE_OF_SEVERAL", "pair.webhook_id ONE_OF_SEVERAL")]
    public async Task Query_ThatIsWrong_IsNamed(string path, params string[] violations) =>
        Assert.Equal(violations, (await _http.GetAsync(path)).Is(HttpStatusCode.BadRequest, "INVALID_FIELDS").Violations);

    /// <summary>What the address says is what is changed: a query that names another is refused under both of a field's names.</summary>
    [Theory]
    [InlineData("webhookId")]
    [InlineData("webhook_id")]
    public async Task Query_OfWhatThePathHas_IsRefused(string name)
    {
        var (one, other) = ((await Tenant.HookAsync(Receiver.Open())).Webhook.Id, (await Tenant.HookAsync(Receiver.Open())).Webhook.Id);

        foreach (var verb in new[] { HttpMethod.Get, HttpMethod.Delete })
        {
            Assert.Equal(
                [$"{name} UNKNOWN_FIELD"],
                (await _http.SendAsync(verb, $"/v1/webhooks/{one}?{name}={other}", null)).Is(HttpStatusCode.BadRequest, "INVALID_FIELDS").Violations);
        }

        Assert.Equal((one, other), ((await Tenant.GetHookAsync(one)).Id, (await Tenant.GetHookAsync(other)).Id));
    }

    [Fact]
    public async Task Query_OfACallWithABody_IsRefused() => Assert.Equal(
        ["validateOnly UNKNOWN_FIELD"],
        (await _http.PostAsync("/v1/webhooks?validateOnly=true", "{}")).Is(HttpStatusCode.BadRequest, "INVALID_FIELDS").Violations);

    [Fact]
    public async Task Refusals_StoreNothing()
    {
        await _http.PostAsync("/v1/events", """{"event":{"type":"a.b","payload":"e30="},"unknown":1}""");
        await _http.PostAsync("/v1/webhooks", $$$"""{"webhook":{"url":"{{{Receiver.Open().Url}}}","eventTypes":["*"]},"validateOnly":"no"}""");

        Assert.Empty((await Tenant.Clients.Events.ListEventsAsync(new())).Events);
        Assert.Empty((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
    }

    [Fact]
    public async Task Refusal_OfAService_HasStatusDetailsAndHeaders()
    {
        (await _http.PostAsync("/v1/events", "{}")).Is(HttpStatusCode.BadRequest, "INVALID_FIELDS");
        using var nobody = new HttpCaller(Server.Setup.Http, key: null);

        var refused = (await nobody.GetAsync("/v1/webhooks")).Is(HttpStatusCode.Unauthorized, "API_KEY_MISSING");

        Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.ToString());
        Assert.Equal("application/json", refused.ContentType!.MediaType);
    }

    [Fact]
    public async Task Door_OverTheListenerOfGrpc_IsNotThere()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server.Setup.Grpc, "/v1/webhooks"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Authorization = new("Bearer", Tenant.Key);

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");
}
