using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors;

/// <summary>The shapes and refusals of Svix's API. What its client does with it is tried in tests/interop.</summary>
public sealed class SvixTests(SharedServer shared) : SvixTest(shared)
{
    [Fact]
    public async Task Application_HasEveryFieldOfTheirs()
    {
        var made = (await ByPlatform.PostAsync($"{Api}/app", """{"name":"A","metadata":{"k":"v"}}""")).Is(HttpStatusCode.Created).Json;

        Assert.Equal(
            ["createdAt", "id", "metadata", "name", "throttleRate", "updatedAt"], made.AsObject().Select(field => field.Key).Order());
        Assert.Equal("""{"k":"v"}""", made["metadata"]!.ToJsonString());
        Assert.Matches("^[0-9-]{10}T[0-9:]{8}\\.[0-9]{6}Z$", (string)made["createdAt"]!);
    }

    [Fact]
    public async Task Endpoint_HasEveryFieldOfTheirs()
    {
        var inbox = Receiver.Open();
        var made = (await Own.PostAsync($"{App}/endpoint", $$"""{"url":"{{inbox.Url}}","filterTypes":["a.b"],"rateLimit":3,"version":1}""")).Is(HttpStatusCode.Created).Json;

        Assert.Equal(
            [
                "channels", "createdAt", "description", "disabled", "eventTypes", "filterTypes", "id", "metadata", "rateLimit", "throttleRate",
                "uid", "updatedAt", "url", "version",
            ],
            made.AsObject().Select(field => field.Key).Order());
        Assert.Equal(("""["a.b"]""", 3, 3), (made["eventTypes"]!.ToJsonString(), (int)made["throttleRate"]!, (int)made["rateLimit"]!));
        var webhook = await Tenant.GetHookAsync((string)made["id"]!);
        Assert.Equal("svix", webhook.Dialect);
    }

    [Fact]
    public async Task Endpoint_Changed_KeepsWhatTheyHaveNoFieldFor()
    {
        var hook = (await Tenant.HookAsync(Receiver.Open(), webhook =>
        {
            webhook.Name = "kept";
            webhook.MatchLabels.Add("region", "eu");
            webhook.MatchLabels.Add("channels", "a,b");
        })).Webhook;
        foreach (var (method, json) in new[] { (HttpMethod.Patch, """{"channels":["c"]}"""), (HttpMethod.Put, $$"""{"url":"{{hook.Url}}","channels":["c"]}""") })
        {
            var body = new StringContent(json, Encoding.UTF8, "application/json");
            var changed = (await Own.SendAsync(method, $"{App}/endpoint/{hook.Id}", body)).Is(HttpStatusCode.OK).Json;

            Assert.Equal("""["c"]""", changed["channels"]!.ToJsonString());
            var stored = await Tenant.GetHookAsync(hook.Id);
            Assert.Equal(("kept", "eu", "c"), (stored.Name, stored.MatchLabels["region"], stored.MatchLabels["channels"]));
            Assert.Equal((hook.Dialect, hook.RetryPolicy), (stored.Dialect, stored.RetryPolicy));
        }
    }

    [Fact]
    public async Task Message_IsSentCompactWithItsNumbersAndTextsAsTheyWere()
    {
        var inbox = Receiver.Open();
        await Tenant.HookAsync(inbox);

        var json = """{"eventType":"a.b", "payload": { "n" : 1.0e2 , "s": " \" \\" , "u":"\u00e9" , "deep":[ [ ] ] } }""";
        var made = (await Own.PostAsync($"{App}/msg", json)).Is(HttpStatusCode.Accepted).Json;

        Assert.Equal("""{"n":1.0e2,"s":" \" \\","u":"\u00e9","deep":[[]]}""", Encoding.UTF8.GetString((await inbox.CountAsync(1))[0].Body.Span));
        Assert.Equal(["channels", "eventId", "eventType", "id", "payload", "timestamp"], made.AsObject().Select(field => field.Key).Order());
    }

    [Theory]
    [InlineData("app", """{}""", "body.name REQUIRED")]
    [InlineData("app", """{"name":"","uid":"a b","metadata":{"a":1},"throttleRate":5}""",
        "body.name REQUIRED", "body.throttleRate NOT_SUPPORTED", "body.uid ID_INVALID", "body.metadata.a WRONG_TYPE")]
    [InlineData("app", """{"name":"a","nam":1,"name":"b"}""", "body.name FIELD_TWICE", "body.nam UNKNOWN_FIELD")]
    [InlineData("endpoint", """{}""", "body.url REQUIRED")]
    [InlineData("endpoint", """{"url":1,"disabled":"no","throttleRate":0,"channels":["a b"],"eventTypes":[]}""",
        "body.eventTypes EMPTY", "body.url WRONG_TYPE", "body.disabled WRONG_TYPE", "body.throttleRate OUT_OF_RANGE", "body.channels.[0] CHANNEL_INVALID")]
    [InlineData("endpoint", """{"url":"http://10.0.0.1/","secret":"x","metadata":{"":"v"}}""",
        "body.url URL_NOT_HTTPS", "body.url URL_ADDRESS_BLOCKED", "body.metadata. EMPTY", "body.secret SECRET_TOO_SHORT")]
    [InlineData("endpoint", """{"url":"https://a.example","eventTypes":["a"],"filterTypes":["b"]}""", "body.filterTypes FIELD_TWICE")]
    [InlineData("msg", """{}""", "body.eventType REQUIRED", "body.payload REQUIRED")]
    [InlineData("msg", """{"eventType":"a","payload":[1]}""", "body.payload WRONG_TYPE")]
    [InlineData("msg", """{"eventType":"a","payload":{},"eventId":"a.b","tags":["x"],"deliverAt":"2026-01-01T00:00:00Z","payloadRetentionPeriod":90}""",
        "body.payloadRetentionPeriod NOT_SUPPORTED", "body.tags NOT_SUPPORTED", "body.deliverAt NOT_SUPPORTED")]
    [InlineData("msg", """{"eventType":"not ok","payload":{},"eventId":"a.b"}""", "body.eventId EVENT_ID_INVALID", "body.eventType EVENT_TYPE_INVALID")]
    [InlineData("msg", """{"eventType":"\ud800","payload":{}}""", "body.eventType WRONG_TYPE")]
    [InlineData("app", """{"name":"a","metadata":{"\ud800":"x"}}""", "body.metadata WRONG_TYPE")]
    [InlineData("event-type", """{"name":"a","description":"d","schemas":{"\ud800":{}}}""", "body.schemas WRONG_TYPE")]
    [InlineData("event-type", """{"name":"a","description":"d","schemas":{"1":{"\ud800":{}}}}""", "body.schema SCHEMA_INVALID")]
    [InlineData("event-type", """{"name":"-a"}""", "body.description REQUIRED")]
    [InlineData("event-type", """{"name":"-a","description":"d","schemas":{"1":{"type":"x"}}}""", "body.name EVENT_TYPE_INVALID", "body.schema SCHEMA_INVALID")]
    [InlineData("event-type", """{"name":"a","description":"d","archived":true,"featureFlag":"f"}""",
        "body.archived NOT_SUPPORTED", "body.featureFlag NOT_SUPPORTED")]
    public async Task Body_ThatIsWrong_NamesEveryFieldAndStoresNothing(string path, string json, params string[] wrong)
    {
        var caller = path == "app" ? ByPlatform : Own;
        var before = await StoredAsync();

        var refused = await caller.PostAsync(path is "app" or "event-type" ? $"{Api}/{path}" : $"{App}/{path}", json);

        Assert.Equal(wrong, Wrong(refused));
        Assert.Equal(before, await StoredAsync());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"name\":\"a\"} x")]
    [InlineData("nothing")]
    public async Task Body_ThatIsNoObject_IsRefused(string body) => Assert.Equal(
        ["body JSONDECODE"], Wrong(await ByPlatform.PostAsync($"{Api}/app", body)));

    [Fact]
    public async Task Body_OfAnotherKindOrTooLarge_IsRefusedInTheirShape()
    {
        Is(await Own.PostAsync($"{App}/msg", "{}"u8.ToArray(), "text/plain"), HttpStatusCode.UnsupportedMediaType, "content_type_not_taken");
        Is(await Own.PostAsync($"{App}/msg", new byte[2 << 20], "application/json"), HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
        Is(await Own.PostAsync($"{App}/endpoint", new byte[1 << 20], "application/json"), HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
        var large = $$$"""{"eventType":"a","payload":{"a":"{{{new string('x', 300 << 10)}}}"}}""";
        Assert.Equal(["body.payload PAYLOAD_TOO_LARGE"], Wrong(await Own.PostAsync($"{App}/msg", large)));
        Assert.Equal(["body JSONDECODE"], Wrong(await Own.PostAsync(
            $"{App}/msg", $$$"""{"eventType":"a","payload":{"a":{{{new string('[', 100)}}}{{{new string(']', 100)}}}}}""")));
    }

    [Fact]
    public async Task Body_OfMoreEntriesThanAnyHas_IsRefusedBeforeTheyAreLookedAt()
    {
        var fields = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"{i}\":1"));
        Assert.Equal(["body COUNT_OUT_OF_RANGE"], Wrong(await Own.PostAsync($"{App}/msg", $"{{{fields}}}")));
        var channels = string.Join(',', Enumerable.Repeat("\"a\"", 100_000));
        Assert.Equal(["body.channels COUNT_OUT_OF_RANGE"], Wrong(await Own.PostAsync($"{App}/msg", $$$"""{"eventType":"a","payload":{},"channels":[{{{channels}}}]}""")));
    }

    [Theory]
    [InlineData("app?limit=0&order=up", "query.limit OUT_OF_RANGE", "query.order UNKNOWN_VALUE")]
    [InlineData("app?limit=251&x=1&iterator=a&iterator=b", "query.limit OUT_OF_RANGE", "query.iterator FIELD_TWICE", "query.x UNKNOWN_FIELD")]
    [InlineData("app?iterator=nonsense", "query.iterator ITERATOR_INVALID")]
    [InlineData("app?iterator=~nonsense", "query.iterator PAGE_TOKEN_INVALID")]
    [InlineData("app?iterator=-nonsense", "query.iterator ITERATOR_INVALID")]
    [InlineData("app/default/endpoint?order=ascending&iterator=nonsense", "query.iterator ITERATOR_INVALID")]
    [InlineData("event-type?iterator=nonsense", "query.iterator ITERATOR_INVALID")]
    [InlineData("app/default/msg?before=now&with_content=1", "query.before WRONG_TYPE", "query.with_content WRONG_TYPE")]
    [InlineData("app/default/msg?event_types=a,not%20ok", "query.event_types.[1] EVENT_TYPE_INVALID")]
    [InlineData("app/a%20b", "path.app_id ID_INVALID")]
    [InlineData("app/default/endpoint/a%22b", "path.endpoint_id ID_INVALID")]
    [InlineData("app/default/attempt/msg/none?status=5&status_code_class=250", "query.status OUT_OF_RANGE", "query.status_code_class UNKNOWN_VALUE")]
    public async Task Address_ThatIsWrong_NamesEveryPart(string address, params string[] wrong) =>
        Assert.Equal(wrong, Wrong(await ByPlatform.GetAsync($"{Api}/{address}")));

    [Fact]
    public async Task Iterator_OfAnotherList_IsRefused()
    {
        foreach (var name in (string[])["a", "b"])
        {
            (await ByPlatform.PostAsync($"{Api}/app", $$"""{"name":"{{name}}"}""")).Is(HttpStatusCode.Created);
        }

        var page = (await ByPlatform.GetAsync($"{Api}/app?limit=1")).Is(HttpStatusCode.OK).Json;

        Assert.Equal(["data", "done", "iterator", "prevIterator"], page.AsObject().Select(field => field.Key).Order());
        Assert.Equal(
            ["query.iterator PAGE_TOKEN_INVALID"], Wrong(await ByPlatform.GetAsync($"{App}/msg?iterator={(string)page["iterator"]!}")));
    }

    [Fact]
    public async Task Secret_IsShownOfTheirDialectAlone()
    {
        var hook = await Tenant.HookAsync(Receiver.Open());
        Is(await Own.GetAsync($"{App}/endpoint/{hook.Webhook.Id}/secret"), HttpStatusCode.BadRequest, "secret_shown_once");
        var theirs = await Tenant.HookAsync(Receiver.Open(), webhook => webhook.Dialect = "svix");
        Assert.Equal(theirs.Secret, (string)(await Own.GetAsync($"{App}/endpoint/{theirs.Webhook.Id}/secret")).Is(HttpStatusCode.OK).Json["key"]!);
    }

    [Fact]
    public async Task Address_OfNothing_IsAnErrorInTheirShape()
    {
        Is(await Own.GetAsync($"{Api}/nothing"), HttpStatusCode.NotFound, "not_found");
        Is(await Own.GetAsync("/svix/"), HttpStatusCode.NotFound, "not_found");
        Is(await Own.PostAsync($"{Api}/health", "{}"), HttpStatusCode.MethodNotAllowed, "method_not_taken");
    }

    private static IEnumerable<string> Wrong(HttpAnswer answer) => answer.Is(HttpStatusCode.UnprocessableEntity).Json["detail"]!.AsArray().Select(item =>
    {
        Assert.Equal(["loc", "msg", "type"], item!.AsObject().Select(field => field.Key));
        Assert.NotEqual("", (string)item["msg"]!);
        var type = (string)item["type"]!;
        Assert.StartsWith(type == "type_error" ? type : "value_error.", type);
        var reason = type == "type_error" ? "WRONG_TYPE" : type["value_error.".Length..].ToUpperInvariant();
        return $"{string.Join('.', item["loc"]!.AsArray().Select(part => (string)part!))} {reason}";
    });

    private async Task<string> StoredAsync()
    {
        var lists = new JsonArray();
        foreach (var path in (string[])["webhooks", "events", "eventTypes"])
        {
            lists.Add((await Own.GetAsync($"/v1/{path}")).Json);
        }

        return lists.ToJsonString();
    }
}
