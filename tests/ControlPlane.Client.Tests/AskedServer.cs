using System.Collections.Concurrent;
using System.Net;
using ControlPlane.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Client.Tests;

/// <summary>A gRPC server that keeps what it is asked and ends as many calls as told with a status.</summary>
internal sealed class AskedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _failures;

    private AskedServer(WebApplication app) => _app = app;

    public ConcurrentQueue<(object Request, string? Authorization, DateTime Deadline)> Calls { get; } = new();

    public StatusCode Status { get; set; } = StatusCode.Unavailable;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<AskedServer> StartAsync(int failures)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRouting().AddLogging(logging => logging.ClearProviders()).AddGrpc();
        var holder = new Holder();
        builder.Services.AddSingleton(holder);
        var app = builder.Build();
        app.UseRouting();
        app.MapGrpcService<Events>();
        app.MapGrpcService<Webhooks>();
        var server = holder.Server = new AskedServer(app) { _failures = failures };
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private T Take<T>(object request, ServerCallContext context)
        where T : new()
    {
        Calls.Enqueue((request, context.RequestHeaders.GetValue("authorization"), context.Deadline));
        return Interlocked.Decrement(ref _failures) >= 0 ? throw new RpcException(new Status(Status, "told to")) : new T();
    }

    private sealed class Holder
    {
        public AskedServer Server { get; set; } = null!;
    }

    private sealed class Events(Holder holder) : EventService.EventServiceBase
    {
        public override Task<PublishEventResponse> PublishEvent(PublishEventRequest request, ServerCallContext context) =>
            Task.FromResult(holder.Server.Take<PublishEventResponse>(request, context));

        public override Task<BatchPublishEventsResponse> BatchPublishEvents(BatchPublishEventsRequest request, ServerCallContext context) =>
            Task.FromResult(holder.Server.Take<BatchPublishEventsResponse>(request, context));
    }

    private sealed class Webhooks(Holder holder) : WebhookService.WebhookServiceBase
    {
        public override Task<GetWebhookResponse> GetWebhook(GetWebhookRequest request, ServerCallContext context) =>
            Task.FromResult(holder.Server.Take<GetWebhookResponse>(request, context));

        public override Task<CreateWebhookResponse> CreateWebhook(CreateWebhookRequest request, ServerCallContext context) =>
            Task.FromResult(holder.Server.Take<CreateWebhookResponse>(request, context));
    }
}
