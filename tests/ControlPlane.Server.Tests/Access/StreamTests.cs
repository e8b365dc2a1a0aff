using ControlPlane.Server.Tests.Administration;
using ControlPlane.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Access;

/// <summary>A stream outlives the check at its start, so its key is looked at again while it runs.</summary>
public sealed class StreamTests : AdminTest
{
    private readonly WatchStub _watch = new();

    [Fact]
    public async Task Stream_KeyRevoked_EndsBeforeTheNextMessage()
    {
        var key = await CreateKeyAsync("acme", scopes: "deliveries.read");
        var (seen, error) = await WatchUntilAsync(key.Secret, () =>
            Platform.RevokeApiKeyAsync(new() { ApiKeyId = key.ApiKey.Id }, cancellationToken: Cancelled).ResponseAsync);
        Assert.Equal((StatusCode.Unauthenticated, "API_KEY_INVALID"), (error.Code, error.Info.Reason));
        Assert.Equal("one", seen);
    }

    [Fact]
    public async Task Stream_KeyExpired_EndsBeforeTheNextMessage()
    {
        var key = await CreateKeyAsync("acme", TimeSpan.FromMinutes(1), "deliveries.read");
        var (_, error) = await WatchUntilAsync(key.Secret, () =>
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
            return Task.CompletedTask;
        });
        Assert.Equal((StatusCode.Unauthenticated, "API_KEY_EXPIRED"), (error.Code, error.Info.Reason));
    }

    [Fact]
    public async Task Stream_CallerGoesAway_NoErrorIsLogged()
    {
        var key = await CreateKeyAsync("acme", scopes: "deliveries.read");
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        using var call = new DeliveryService.DeliveryServiceClient(Server.As(key.Secret))
            .WatchDeliveries(new(), cancellationToken: gone.Token);
        Assert.True(await call.ResponseStream.MoveNext(Cancelled));
        await gone.CancelAsync();
        await _watch.Ended.Task.WaitAsync(Cancelled);
        Assert.Empty(Server.Log.Errors);
    }

    private protected override void Add(WebApplicationBuilder builder)
    {
        base.Add(builder);
        builder.Services.AddSingleton(_watch);
    }

    private protected override void Map(WebApplication app)
    {
        base.Map(app);
        app.MapGrpcService<WatchStub>();
    }

    private async Task<(string FirstToken, RpcErrors Error)> WatchUntilAsync(string key, Func<Task> change)
    {
        using var call = new DeliveryService.DeliveryServiceClient(Server.As(key)).WatchDeliveries(new(), cancellationToken: Cancelled);
        Assert.True(await call.ResponseStream.MoveNext(Cancelled));
        var token = call.ResponseStream.Current.ResumeToken;
        await change();
        _watch.GoOn.SetResult();
        return (token, await RpcErrors.OfAsync(() => call.ResponseStream.MoveNext(Cancelled)));
    }

    /// <summary>Sends one message, and a second when told to.</summary>
    private sealed class WatchStub : DeliveryService.DeliveryServiceBase
    {
        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task WatchDeliveries(
            WatchDeliveriesRequest request, IServerStreamWriter<WatchDeliveriesResponse> responseStream, ServerCallContext context)
        {
            try
            {
                await responseStream.WriteAsync(new() { ResumeToken = "one" });
                await GoOn.Task.WaitAsync(context.CancellationToken);
                await responseStream.WriteAsync(new() { ResumeToken = "two" }, context.CancellationToken);
            }
            finally
            {
                Ended.TrySetResult();
            }
        }
    }
}
