using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors.Platforms;

/// <summary>Bad input at every route of every platform: that platform's own error, the right status, nothing stored, nothing told.</summary>
public sealed class PlatformBadInputTests(SharedServer shared) : SharedServerTest(shared)
{
    private const string Wachat = "/platforms/wachat/api/v1/webhooks";
    private const string Gowa = "/platforms/gowa/webhooks";
    private const string Wawp = "/platforms/wawp/v2/webhook";
    private const string Wazapin = "/platforms/wazapin/v1/settings/developer/webhooks";
    private const string WaHooks = "/platforms/wahooks/api";
    private const int MostBytes = 128 << 10;

    /// <summary>Every route that takes a body, with one that is right but for its id.</summary>
    private static readonly (string Verb, string Path, string Body)[] Bodies =
    [
        ("POST", Wachat, """{"url": "https://example.com/hook"}"""),
        ("POST", Gowa, """{"url": "https://example.com/hook"}"""),
        ("PATCH", $"{Gowa}/1", """{"url": "https://example.com/hook"}"""),
        ("POST", $"{Wawp}/set", """{"instance_id": "a", "url": "https://example.com/hook", "events": ["message"]}"""),
        ("POST", $"{Wawp}/delete", """{"instance_id": "a", "url": "https://example.com/hook"}"""),
        ("POST", $"{Wazapin}/endpoints", """{"url": "https://example.com/hook"}"""),
        ("PATCH", $"{Wazapin}/endpoints/wh_1", """{"url": "https://example.com/hook"}"""),
        ("POST", $"{WaHooks}/connections/c/webhooks", """{"url": "https://example.com/hook"}"""),
        ("PUT", $"{WaHooks}/webhooks/wh_1", """{"url": "https://example.com/hook"}"""),
    ];

    /// <summary>Every route that names a webhook or delivery; {number}, {id} and {delivery} stand for those of another tenant.</summary>
    private static readonly (string Verb, string Path, string? Body)[] Named =
    [
        ("POST", Wachat, """{"url": "https://example.com/hook", "id": {number}}"""),
        ("GET", Wachat + "/{number}", null),
        ("DELETE", Wachat + "/{number}", null),
        ("GET", Gowa + "/{number}", null),
        ("PATCH", Gowa + "/{number}", """{"active": false}"""),
        ("PATCH", Gowa + "/{number}", """{"secret": "a secret of mine"}"""),
        ("DELETE", Gowa + "/{number}", null),
        ("GET", Gowa + "/{number}/logs", null),
        ("POST", Gowa + "/{number}/test", null),
        ("POST", Wawp + "/delete", """{"instance_id": "c", "url": "{url}"}"""),
        ("PATCH", Wazapin + "/endpoints/{id}", """{"name": "mine"}"""),
        ("DELETE", Wazapin + "/endpoints/{id}", null),
        ("POST", Wazapin + "/endpoints/{id}/rotate-secret", null),
        ("POST", Wazapin + "/endpoints/{id}/test", null),
        ("POST", Wazapin + "/deliveries/{delivery}/retry", null),
        ("PUT", WaHooks + "/webhooks/{id}", """{"active": false}"""),
        ("PUT", WaHooks + "/webhooks/{id}", "{}"),
        ("DELETE", WaHooks + "/webhooks/{id}", null),
        ("POST", WaHooks + "/webhooks/{id}/test", null),
        ("GET", WaHooks + "/webhooks/{id}/logs", null),
    ];

    private static readonly (string Verb, string Path)[] Lists =
    [
        ("GET", Wachat), ("GET", Gowa), ("GET", $"{Wawp}/list"), ("GET", Wazapin), ("GET", $"{Wazapin}/deliveries"), ("GET", $"{WaHooks}/connections/c/webhooks"),
    ];

    public static TheoryData<string, string, string> WithBodies => [.. Bodies.Select(route => new TheoryDataRow<string, string, string>(route.Verb, route.Path, route.Body))];

    public static TheoryData<string, string, string?> OfOthers => [.. Named.Select(route => new TheoryDataRow<string, string, string?>(route.Verb, route.Path, route.Body))];

    public static TheoryData<string, string> All =>
        [.. Bodies.Select(route => (route.Verb, route.Path)).Concat(Named.Select(route => (route.Verb, route.Path))).Concat(Lists).Distinct()
            .Select(route => new TheoryDataRow<string, string>(route.Verb, route.Path))];

    [Theory]
    [MemberData(nameof(WithBodies))]
    public async Task Body_ThatIsWrong_IsRefused(string verb, string path, string body)
    {
        using var http = new HttpCaller(Server.Setup.Http, Tenant.Key);
        byte[][] noObjects = ["{"u8.ToArray(), "[]"u8.ToArray(), "null"u8.ToArray(), "7"u8.ToArray(), Utf8(body + "x"), [.. Utf8(body[..^1]), .. ",\""u8, 0xFF, .. "\":1}"u8]];
        foreach (var wrong in noObjects)
        {
            Check(await SendAsync(http, verb, path, wrong), path, HttpStatusCode.BadRequest);
        }

        foreach (var field in new[] { "\"color\":1", "\"url\":\"https://example.com/other\"", "\"name\":\"\\ud800\"", "\"\\ud800\":1", "\"url\":{}" })
        {
            Check(await SendAsync(http, verb, path, Utf8($"{body[..^1]},{field}}}")), path, HttpStatusCode.BadRequest);
        }

        Check(await SendAsync(http, verb, path, Utf8(body), "text/plain"), path, HttpStatusCode.UnsupportedMediaType);
        Check(await SendAsync(http, verb, path, Utf8(body), "application/json; charset=utf-16"), path, HttpStatusCode.UnsupportedMediaType);
        Check(await SendAsync(http, verb, path, Utf8(body.PadRight(MostBytes + 1))), path, HttpStatusCode.RequestEntityTooLarge);
        Check(await SendAsync(http, verb, path + "?color=red", Utf8(body)), path, HttpStatusCode.BadRequest);
        Assert.Empty((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
    }

    [Theory]
    [MemberData(nameof(OfOthers))]
    public async Task Name_OfAnotherTenant_IsNotFound(string verb, string path, string? body)
    {
        using var other = await TestTenant.CreateAsync(Server);
        var inbox = Receiver.Open();
        var hook = await other.HookAsync(inbox, webhook => webhook.Name = "of another");
        var delivery = (await other.SendAsync()).Id;
        await other.UntilAsync(delivery, V1.DeliveryState.Succeeded);
        string Fill(string text) => text.Replace("{number}", "1", StringComparison.Ordinal).Replace("{id}", hook.Webhook.Id, StringComparison.Ordinal)
            .Replace("{delivery}", delivery, StringComparison.Ordinal).Replace("{url}", inbox.Url, StringComparison.Ordinal);
        using var http = new HttpCaller(Server.Setup.Http, Tenant.Key);

        var answer = await SendAsync(http, verb, Fill(path), body is null ? null : Utf8(Fill(body)));

        Check(answer, path, HttpStatusCode.NotFound);
        Assert.DoesNotContain("of another", answer.Text, StringComparison.Ordinal);
        Assert.Equal(hook.Webhook.Etag, (await other.GetHookAsync(hook.Webhook.Id)).Etag);
        Assert.Single(inbox.Requests);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Caller_WhoMayNot_IsRefused(string verb, string path)
    {
        var reader = await Tenant.Clients.Admin.CreateApiKeyAsync(new() { ApiKey = new() { Scopes = { "events.publish" } } });
        using var nobody = new HttpCaller(Server.Setup.Http, key: null);
        using var stranger = new HttpCaller(Server.Setup.Http, "cpk_of_nobody_0123456789_0123456789_0123456");
        using var unscoped = new HttpCaller(Server.Setup.Http, reader.Secret);
        var body = verb is "GET" or "DELETE" ? null : "{}"u8.ToArray();

        Check(await SendAsync(nobody, verb, path, body), path, HttpStatusCode.Unauthorized);
        Check(await SendAsync(stranger, verb, path, body), path, HttpStatusCode.Unauthorized);
        Check(await SendAsync(unscoped, verb, path, body), path, HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData(Wachat)]
    [InlineData(Gowa)]
    [InlineData(Wawp + "/set")]
    [InlineData(Wazapin)]
    [InlineData(WaHooks + "/webhooks/wh_1")]
    public async Task Address_ThatIsNone_IsRefusedInShape(string path)
    {
        using var http = new HttpCaller(Server.Setup.Http, Tenant.Key);
        var taken = await SendAsync(http, "OPTIONS", path, null);

        Check(taken, path, HttpStatusCode.MethodNotAllowed);
        Check(await SendAsync(http, "GET", path + "/no/such/thing", null), path, HttpStatusCode.NotFound);
        (await http.GetAsync("/platforms/none")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Logs_WithPayloads_NeedTheScopeOfThose()
    {
        var hook = (await Tenant.HookAsync(Receiver.Open())).Webhook.Id;
        await Tenant.UntilAsync((await Tenant.SendAsync()).Id, V1.DeliveryState.Succeeded);
        var key = await Tenant.Clients.Admin.CreateApiKeyAsync(new() { ApiKey = new() { Scopes = { "deliveries.read" } } });
        using var http = new HttpCaller(Server.Setup.Http, key.Secret);

        var refused = await SendAsync(http, "GET", $"{WaHooks}/webhooks/{hook}/logs", null);

        Check(refused, WaHooks, HttpStatusCode.Forbidden);
        Assert.DoesNotContain("order", refused.Text, StringComparison.Ordinal);
        (await http.GetAsync($"{Gowa}/1/logs")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task PlatformKey_IsThatOfTheDefaultTenant()
    {
        using var http = new HttpCaller(Server.Setup.Http, ServerSetup.PlatformKey);
        await Tenant.HookAsync(Receiver.Open());
        var created = (await http.PostAsync(Wachat, """{"url": "https://example.com/hook"}""")).Is(HttpStatusCode.OK).Json["webhook"]!;

        var found = (await http.GetAsync($"{Wachat}/{created["id"]}")).Is(HttpStatusCode.OK).Json["webhook"]!;

        Assert.Equal("https://example.com/hook", (string)found["url"]!);
        (await SendAsync(http, "DELETE", $"{Wachat}/{created["id"]}", null)).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Doors_SwitchedOff_AreNotThere()
    {
        await using var server = await ServerProcess.StartAsync(Receiver, setup => setup.Settings["Doors:Platforms"] = "false");
        using var http = new HttpCaller(server.Setup.Http, ServerSetup.PlatformKey);

        foreach (var (verb, path) in Lists)
        {
            Assert.Equal("", (await SendAsync(http, verb, path, null)).Is(HttpStatusCode.NotFound).Text);
        }
    }

    /// <summary>The status, and nothing but what the platform's errors have.</summary>
    private static void Check(HttpAnswer answer, string path, HttpStatusCode status)
    {
        answer.Is(status);
        Assert.Equal("application/json; charset=utf-8", answer.ContentType?.ToString());
        Assert.Equal(status == HttpStatusCode.Unauthorized, answer.Headers.WwwAuthenticate.Count > 0);
        var error = answer.Json.AsObject();
        var (fields, text) = path.Split('/')[2] switch
        {
            "wachat" => ("success message errors", error["message"]),
            "gowa" => ("status code message error", error["error"]),
            "wawp" => ("code message", error["message"]),
            "wazapin" => ("error", error["error"]!["message"]),
            _ => ("statusCode message", error["message"]),
        };
        Assert.Equal(fields.Split(' ').Order(), error.Select(field => field.Key).Order());
        Assert.NotEqual("", (string)text!);
        Assert.DoesNotContain("incident", (string)text!, StringComparison.Ordinal);
        if ((error["code"] ?? error["statusCode"]) is JsonValue code && code.TryGetValue<int>(out var number))
        {
            Assert.Equal((int)status, number);
        }
    }

    private static Task<HttpAnswer> SendAsync(HttpCaller http, string verb, string path, byte[]? body, string type = "application/json")
    {
        var content = body is null ? null : new ByteArrayContent(body);
        content?.Headers.TryAddWithoutValidation("Content-Type", type);
        return http.SendAsync(new HttpMethod(verb), path, content);
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
