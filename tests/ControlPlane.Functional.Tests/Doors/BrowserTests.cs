using System.Net;
using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;

namespace ControlPlane.Functional.Tests.Doors;

/// <summary>gRPC-Web, and which pages may call.</summary>
public sealed class BrowserTests(SharedServer shared) : SharedServerTest(shared)
{
    private const string Publish = "/controlplane.v1.EventService/PublishEvent";

    [Fact]
    public async Task GrpcWeb_CallsAndWatches()
    {
        using var channel = Connect();
        var headers = new Metadata { { "authorization", $"Bearer {Tenant.Key}" } };
        await Tenant.HookAsync(Receiver.Open());
        using var watch = new DeliveryService.DeliveryServiceClient(channel).WatchDeliveries(new(), headers);
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        var published = await new EventService.EventServiceClient(channel).PublishEventAsync(new() { Event = TestTenant.NewEvent() }, headers);

        Assert.Equal(1, published.DeliveryCount);
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(published.Event.Id, watch.ResponseStream.Current.Delivery.EventId);
    }

    [Fact]
    public async Task GrpcWeb_RefusedCall_HasDetails()
    {
        using var channel = Connect();
        var events = new EventService.EventServiceClient(channel);

        (await Refusal.OfAsync(events.PublishEventAsync(new()))).Is(StatusCode.Unauthenticated, "API_KEY_MISSING");
        (await Refusal.OfAsync(events.PublishEventAsync(new(), new Metadata { { "authorization", $"Bearer {Tenant.Key}" } })))
            .Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
    }

    [Theory]
    [InlineData("application/grpc-web+proto", new byte[] { 0, 0xFF, 0, 0, 0 }, "8")]
    [InlineData("application/grpc-web+proto", new byte[] { 7, 0, 0, 0, 0 }, "13")]
    public async Task GrpcWeb_FrameThatCannotBe_IsRefused(string contentType, byte[] body, string status)
    {
        using var http = new HttpCaller(Server.Setup.Http, Tenant.Key);

        var answer = await http.PostAsync(Publish, body, contentType);

        Assert.Equal(status, Assert.Single(answer.Headers.GetValues("grpc-status")));
    }

    [Fact]
    public async Task GrpcWeb_InText_IsRefused()
    {
        using var http = new HttpCaller(Server.Setup.Http, Tenant.Key);

        (await http.PostAsync(Publish, "AAAA"u8.ToArray(), "application/grpc-web-text")).Is(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Page_OfAnyOrigin_IsNotLetIn()
    {
        using var http = new HttpCaller(Server.Setup.Http, Tenant.Key);

        var answer = await http.SendAsync(HttpMethod.Get, "/v1/webhooks", null, ("Origin", "https://evil.example"));

        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Page_OfAConfiguredOrigin_IsLetIn()
    {
        await using var server = await ServerProcess.StartAsync(
            Receiver, setup => setup.Settings["Doors:Origins"] = "https://console.example, https://other.example");
        using var http = new HttpCaller(server.Setup.Http, ServerSetup.PlatformKey);

        foreach (var path in new[] { Publish, "/v1/events", "/cloudevents" })
        {
            var preflight = await http.SendAsync(
                HttpMethod.Options, path, null,
                ("Origin", "https://console.example"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization"));
            preflight.Is(HttpStatusCode.NoContent);
            Assert.Equal("https://console.example", Assert.Single(preflight.Headers.GetValues("Access-Control-Allow-Origin")));
        }

        var refused = await http.SendAsync(HttpMethod.Get, "/v1/webhooks/none", null, ("Origin", "https://other.example"));
        refused.Is(HttpStatusCode.NotFound);
        Assert.Equal("https://other.example", Assert.Single(refused.Headers.GetValues("Access-Control-Allow-Origin")));
        var stranger = await http.SendAsync(HttpMethod.Get, "/v1/webhooks/none", null, ("Origin", "https://evil.example"));
        Assert.False(stranger.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private GrpcChannel Connect() => GrpcChannel.ForAddress(
        Server.Setup.Http,
        new GrpcChannelOptions
        {
            HttpHandler = new GrpcWebHandler(GrpcWebMode.GrpcWeb, new SocketsHttpHandler { UseProxy = false }),
            HttpVersion = HttpVersion.Version11,
        });
}
