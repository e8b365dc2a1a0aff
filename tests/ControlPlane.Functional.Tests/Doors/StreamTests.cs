using System.Net;
using System.Text.Json.Nodes;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Functional.Tests.Doors;

/// <summary>Watches over plain HTTP.</summary>
public sealed class StreamTests(SharedServer shared) : SharedServerTest(shared)
{
    private const string Watch = "/v1/deliveries:watch?heartbeatInterval=1s";

    [Fact]
    public async Task Watch_WithoutAWish_IsJsonALine()
    {
        using var http = new HttpCaller(Server.Setup.Http, Tenant.Key);
        using var answer = await http.OpenAsync(HttpMethod.Get, Watch);
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
        using var lines = await LinesAsync(answer);
        Assert.NotNull((await NextAsync(lines))["ready"]);

        await Tenant.HookAsync(Receiver.Open());
        var sent = await Tenant.SendAsync();

        var states = new List<string>();
        while (states.LastOrDefault() != "DELIVERY_STATE_SUCCEEDED")
        {
            if ((await NextAsync(lines))["delivery"] is { } delivery)
            {
                Assert.Equal(sent.Id, (string)delivery["id"]!);
                states.Add((string)delivery["state"]!);
            }
        }
    }

    [Fact]
    public async Task Watch_AsEvents_GoesOnAfterTheLastEventId()
    {
        await Tenant.HookAsync(Receiver.Open());
        using var http = new HttpCaller(Server.Setup.Http, Tenant.Key);
        string last;
        using (var first = await http.OpenAsync(HttpMethod.Get, Watch, null, ("Accept", "text/event-stream")))
        {
            Assert.Equal("text/event-stream", first.Content.Headers.ContentType!.MediaType);
            Assert.Equal("no-store", first.Headers.CacheControl!.ToString());
            using var lines = await LinesAsync(first);
            last = (await LineAsync(lines))[4..];
            var data = JsonNode.Parse((await LineAsync(lines))[6..])!;
            Assert.Equal(last, (string)data["resumeToken"]!);
            Assert.NotNull(data["ready"]);
            Assert.Empty(await LineAsync(lines));
        }

        var missed = await Tenant.SendAsync();
        await Tenant.UntilAsync(missed.Id, DeliveryState.Succeeded);
        using var second = await http.OpenAsync(HttpMethod.Get, Watch, null, ("Accept", "text/event-stream"), ("Last-Event-ID", last));
        using var rest = await LinesAsync(second);

        for (var line = ""; !line.Contains(missed.Id, StringComparison.Ordinal);)
        {
            line = await LineAsync(rest);
        }
    }

    [Fact]
    public async Task Watch_RefusedAsEvents_IsAnErrorLikeAnyOther()
    {
        using var http = new HttpCaller(Server.Setup.Http, Tenant.Key);

        var refused = await http.SendAsync(HttpMethod.Get, $"{Watch}&resumeToken=none", null, ("Accept", "text/event-stream"));

        refused.Is(HttpStatusCode.BadRequest, "INVALID_FIELDS");
        Assert.Equal("application/json", refused.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("application/json", "{\"code\":16,")]
    [InlineData("text/event-stream", "event: error")]
    public async Task Watch_WhoseKeyIsRevoked_EndsWithTheReason(string accept, string begins)
    {
        var key = Assert.Single((await Tenant.Clients.Admin.ListApiKeysAsync(new())).ApiKeys);
        using var http = new HttpCaller(Server.Setup.Http, Tenant.Key);
        using var answer = await http.OpenAsync(HttpMethod.Get, Watch, null, ("Accept", accept));
        using var lines = await LinesAsync(answer);
        await LineAsync(lines);

        await Platform.Admin.RevokeApiKeyAsync(new() { ApiKeyId = key.Id });

        var all = await Eventually.InTimeAsync(lines.ReadToEndAsync(TestContext.Current.CancellationToken), "the end of the watch");
        Assert.Contains('\n' + begins, '\n' + all, StringComparison.Ordinal);
        Assert.Contains("API_KEY_INVALID", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_WhenTheServerStops_IsClosed()
    {
        await using var server = await ServerProcess.StartAsync(Receiver);
        using var http = new HttpCaller(server.Setup.Http, ServerSetup.PlatformKey);
        using var answer = await http.OpenAsync(HttpMethod.Get, Watch);
        using var lines = await LinesAsync(answer);
        await LineAsync(lines);

        await server.SignalAsync();
        var all = await Eventually.InTimeAsync(lines.ReadToEndAsync(TestContext.Current.CancellationToken), "the end of the watch");

        Assert.NotNull(JsonNode.Parse(all.TrimEnd().Split('\n')[^1])!["closing"]);
        Assert.Equal(0, await server.ExitAsync());
    }

    private static async Task<StreamReader> LinesAsync(HttpResponseMessage answer) =>
        new(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

    private static async Task<string> LineAsync(StreamReader lines) =>
        await Eventually.InTimeAsync(lines.ReadLineAsync(TestContext.Current.CancellationToken).AsTask(), "a line") ?? throw new EndOfStreamException();

    private static async Task<JsonNode> NextAsync(StreamReader lines) => JsonNode.Parse(await LineAsync(lines))!;
}
