using System.Net;
using System.Net.Sockets;
using System.Text;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors;

/// <summary>What bodies of HTTP requests can make a server hold.</summary>
public sealed class BodyBoundTests(SharedServer shared) : SharedServerTest(shared)
{
    private const long Megabyte = 1 << 20;
    private const int JsonOfAWebhook = ((512 << 10) / 3 * 4) + (4 << 10);

    [Fact]
    public async Task Body_DeclaredTooLong_IsRefusedBeforeItIsSent() => Assert.Equal(
        "HTTP/1.1 413 Payload Too Large", await BeginAsync(Server, "POST /v1/webhooks", Tenant.Key, $"Content-Length: {JsonOfAWebhook + 1}"));

    [Fact]
    public async Task Body_WithoutAKey_IsRefusedBeforeItIsSent() => Assert.Equal(
        "HTTP/1.1 401 Unauthorized", await BeginAsync(Server, "POST /v1/webhooks", "cpk_none", "Content-Length: 100"));

    [Theory]
    [InlineData(0, HttpStatusCode.BadRequest, "INVALID_FIELDS")]
    [InlineData(1, HttpStatusCode.RequestEntityTooLarge, "MESSAGE_TOO_LARGE")]
    public async Task Body_OfUndeclaredLength_MayBeAsLongAsOthers(int more, HttpStatusCode status, string reason)
    {
        using var http = new HttpCaller(Server.Setup.Http, Tenant.Key);
        var name = new string('x', JsonOfAWebhook - """{"webhook":{"name":""}}""".Length + more);
        using var body = new StreamContent(new MemoryStream(Encoding.ASCII.GetBytes($$$"""{"webhook":{"name":"{{{name}}}"}}""")));
        body.Headers.ContentType = new("application/json");

        (await http.SendAsync(HttpMethod.Post, "/v1/webhooks", body, ("Transfer-Encoding", "chunked"))).Is(status, reason);
    }

    [Fact]
    public async Task List_OfMoreEntriesThanABatchMayHave_IsRefusedBeforeItIsParsed()
    {
        using var http = new HttpCaller(Server.Setup.Http, Tenant.Key);
        var body = $$"""{"events":[{{string.Join(',', Enumerable.Repeat("{}", 1_000_000))}}]}""";
        var before = Server.PeakMemory;

        var refused = (await http.PostAsync("/v1/events:batch", body)).Is(HttpStatusCode.BadRequest, "INVALID_FIELDS");

        Assert.Equal(["events COUNT_OUT_OF_RANGE"], refused.Violations);
        Assert.True(Server.PeakMemory - before < 64 * Megabyte, $"The server grew by {(Server.PeakMemory - before) / Megabyte} MiB.");
    }

    /// <summary>Sends the headers of a request alone; answers the first line that comes back.</summary>
    private static async Task<string> BeginAsync(ServerProcess server, string request, string key, string header)
    {
        using var client = new TcpClient();
        var token = TestContext.Current.CancellationToken;
        await client.ConnectAsync(server.Setup.Http.Host, server.Setup.Http.Port, token);
        var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"{request} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n{header}\r\n\r\n"),
            token);
        using var reader = new StreamReader(stream);
        return await Eventually.InTimeAsync(reader.ReadLineAsync(token).AsTask(), request) ?? "";
    }
}
