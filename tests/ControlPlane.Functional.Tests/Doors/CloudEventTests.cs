using System.Net;
using System.Text;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors;

/// <summary>Events by the HTTP binding of CloudEvents.</summary>
public sealed class CloudEventTests(SharedServer shared) : SharedServerTest(shared)
{
    private const string Door = "/cloudevents";
    private const string Structured = "application/cloudevents+json";
    private const string Batched = "application/cloudevents-batch+json";

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
    public async Task Binary_ItsDataArrivesBitForBit()
    {
        var inbox = Receiver.Open();
        await Tenant.HookAsync(inbox);
        byte[] data = [0, 255, 10, 13, .. "{ \"a\" : 1 }"u8];

        var answer = (await _http.PostAsync(
            Door, data, "application/octet-stream", Headers("7", ("ce-subject", "caf%C3%A9"), ("ce-partitionkey", "line-1"), ("ce-trace", "\"a \\\" b\""))))
            .Is(HttpStatusCode.OK).Json;

        Assert.Equal(1, (int)answer["deliveryCount"]!);
        Assert.Equal(data, (await inbox.CountAsync(1))[0].Body.ToArray());
        var stored = (await Tenant.Clients.Events.GetEventAsync(new() { EventId = "7" })).Event;
        Assert.Equal(
            ("order.created", "café", "line-1", "application/octet-stream"), (stored.Type, stored.Instance, stored.OrderingKey, stored.ContentType));
        Assert.Equal("/shop", stored.Labels["source"]);
        Assert.Equal("a \" b", stored.Labels["trace"]);
    }

    [Theory]
    [InlineData("""{"data":{"a" : 1.0,"b":"\u00e9"}}""", """{"a" : 1.0,"b":"\u00e9"}""", "application/json")]
    [InlineData("""{"data":"text"}""", "\"text\"", "application/json")]
    [InlineData("""{"datacontenttype":"text/plain","data":"one\ntwo"}""", "one\ntwo", "text/plain")]
    [InlineData("""{"datacontenttype":"text/xml","data_base64":"PGEvPg=="}""", "<a/>", "text/xml")]
    [InlineData("""{"data":null}""", "null", "application/json")]
    public async Task Structured_ItsDataIsWhatTheFormatSays(string json, string payload, string contentType)
    {
        var inbox = Receiver.Open();
        await Tenant.HookAsync(inbox);

        (await _http.PostAsync(Door, Bytes("""{"specversion":"1.0","id":"8","source":"/shop","type":"order.created","count":3,""" + json[1..]), Structured))
            .Is(HttpStatusCode.OK);

        Assert.Equal(payload, Encoding.UTF8.GetString((await inbox.CountAsync(1))[0].Body.Span));
        var stored = (await Tenant.Clients.Events.GetEventAsync(new() { EventId = "8" })).Event;
        Assert.Equal(contentType, stored.ContentType);
        Assert.Equal("3", stored.Labels["count"]);
    }

    [Fact]
    public async Task Batch_IsPublishedAsOne()
    {
        var batch = $"[{Event("a")},{Event("b")}]";

        var answer = (await _http.PostAsync(Door, Bytes(batch), Batched)).Is(HttpStatusCode.OK).Json;

        Assert.Equal(["a", "b"], answer["results"]!.AsArray().Select(result => (string)result!["event"]!["id"]!));
        Assert.Equal("""{ "results": [ ] }""", (await _http.PostAsync(Door, Bytes("[]"), Batched)).Is(HttpStatusCode.OK).Text);
        var again = (await _http.PostAsync(Door, Bytes(batch), Batched)).Is(HttpStatusCode.OK).Json;
        Assert.All(again["results"]!.AsArray(), result => Assert.True((bool)result!["duplicate"]!));
    }

    [Theory]
    [InlineData("""[{"specversion":"1.0","id":"a","source":"/s","type":"x.y","data":1},{"id":"b"}]""",
        "events[1].source REQUIRED", "events[1].specversion REQUIRED", "events[1].type REQUIRED")]
    [InlineData("""[{"specversion":"0.3","id":"a","source":"/s","type":"x.y","data":1}]""", "events[0].specversion SPECVERSION_UNKNOWN")]
    [InlineData("""[{"specversion":"1.0","id":"a","source":"/s","type":"x.y","data":1,"Bad-Name":"x","list":[1],"time":"now"}]""",
        "events[0].Bad-Name ATTRIBUTE_NAME_INVALID", "events[0].list WRONG_TYPE", "events[0].time WRONG_TYPE")]
    [InlineData("""[{"specversion":"1.0","id":"a","source":"/s","type":"x.y","data":1,"data_base64":"MQ==","id":"b"}]""",
        "events[0].data_base64 FIELD_TWICE", "events[0].id FIELD_TWICE")]
    [InlineData("""[{"specversion":"1.0","id":"a","source":"/s","type":"x.y","data_base64":"?"}]""", "events[0].data_base64 WRONG_TYPE")]
    public async Task Batch_ThatIsWrong_NamesEveryAttributeAndStoresNothing(string json, params string[] violations)
    {
        var refused = (await _http.PostAsync(Door, Bytes(json), Batched)).Is(HttpStatusCode.BadRequest, "INVALID_FIELDS");

        Assert.Equal(violations, refused.Violations);
        Assert.Empty((await Tenant.Clients.Events.ListEventsAsync(new())).Events);
    }

    [Theory]
    [InlineData(Structured, "[]", HttpStatusCode.BadRequest, "MESSAGE_MALFORMED")]
    [InlineData(Structured, "{", HttpStatusCode.BadRequest, "MESSAGE_MALFORMED")]
    [InlineData(Structured, """{"id":"\ud800"}""", HttpStatusCode.BadRequest, "MESSAGE_MALFORMED")]
    [InlineData(Structured, """{"id":"a"} x""", HttpStatusCode.BadRequest, "MESSAGE_MALFORMED")]
    [InlineData(Batched, "{}", HttpStatusCode.BadRequest, "MESSAGE_MALFORMED")]
    [InlineData(Batched, "[1]", HttpStatusCode.BadRequest, "MESSAGE_MALFORMED")]
    [InlineData("application/cloudevents+xml", "<a/>", HttpStatusCode.UnsupportedMediaType, "CONTENT_TYPE_NOT_TAKEN")]
    [InlineData("application/json", "{}", HttpStatusCode.BadRequest, "INVALID_FIELDS")]
    public async Task Body_ThatIsNoEvent_IsRefused(string contentType, string body, HttpStatusCode status, string reason) =>
        (await _http.PostAsync(Door, Bytes(body), contentType)).Is(status, reason);

    [Fact]
    public async Task Binary_WithWrongHeaders_NamesThem() => Assert.Equal(
        ["datacontenttype UNKNOWN_FIELD", "broken WRONG_TYPE"],
        (await _http.PostAsync(Door, "{}"u8.ToArray(), "application/json", Headers("9", ("ce-datacontenttype", "text/plain"), ("ce-broken", "%FF"))))
            .Is(HttpStatusCode.BadRequest, "INVALID_FIELDS").Violations);

    [Fact]
    public async Task Event_TooLarge_IsRefused()
    {
        var body = new byte[(2 << 20) + 1];
        (await _http.PostAsync(Door, body, "application/octet-stream", Headers("10"))).Is(HttpStatusCode.RequestEntityTooLarge, "MESSAGE_TOO_LARGE");
        (await _http.PostAsync(Door, Bytes($"[{string.Join(',', Enumerable.Repeat("{}", 100_000))}]"), Batched)).Is(HttpStatusCode.BadRequest);
        (await _http.PostAsync(Door, new byte[8 << 20], Batched)).Is(HttpStatusCode.RequestEntityTooLarge, "MESSAGE_TOO_LARGE");
    }

    [Fact]
    public async Task Door_KeepsScopesAndTenants()
    {
        var reader = await Tenant.Clients.Admin.CreateApiKeyAsync(new() { ApiKey = new() { Scopes = { "events.read" } } });
        using var nobody = new HttpCaller(Server.Setup.Http, key: null);
        using var unscoped = new HttpCaller(Server.Setup.Http, reader.Secret);
        using var platform = new HttpCaller(Server.Setup.Http, ServerSetup.PlatformKey);
        var body = Bytes(Event("c"));

        (await nobody.PostAsync(Door, body, Structured)).Is(HttpStatusCode.Unauthorized, "API_KEY_MISSING");
        (await unscoped.PostAsync(Door, body, Structured)).Is(HttpStatusCode.Forbidden, "SCOPE_MISSING");
        (await _http.PostAsync($"{Door}?tenantId=default", body, Structured)).Is(HttpStatusCode.NotFound, "NOT_FOUND");
        (await _http.PostAsync($"{Door}?tenant=default", body, Structured)).Is(HttpStatusCode.BadRequest, "INVALID_FIELDS");
        Assert.Empty((await Tenant.Clients.Events.ListEventsAsync(new())).Events);
        (await platform.PostAsync($"{Door}?tenantId={Tenant.Id}", body, Structured)).Is(HttpStatusCode.OK);
        Assert.Single((await Tenant.Clients.Events.ListEventsAsync(new())).Events);
    }

    private static string Event(string id) => $$$"""{"specversion":"1.0","id":"{{{id}}}","source":"/shop","type":"order.created","data":{}}""";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static (string Name, string Value)[] Headers(string id, params (string Name, string Value)[] more) =>
        [("ce-specversion", "1.0"), ("ce-id", id), ("ce-source", "/shop"), ("ce-type", "order.created"), .. more];
}
