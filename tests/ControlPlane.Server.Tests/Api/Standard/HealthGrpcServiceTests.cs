using ControlPlane.Server.Api.Standard;
using ControlPlane.Server.Api.Standard.Protocol;
using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;
using HealthCheckRequest = Grpc.Health.V1.HealthCheckRequest;
using HealthCheckResponse = Grpc.Health.V1.HealthCheckResponse;

namespace ControlPlane.Server.Tests.Api.Standard;

public sealed class HealthGrpcServiceTests
{
    private const string Shelf = "controlplane.shelf.Shelf";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData(Shelf)]
    [InlineData("grpc.health.v1.Health")]
    public async Task Check_StartedServer_IsServing(string service)
    {
        await using var server = await ApiServer.StartAsync();

        var response = await Client(server).CheckAsync(Of(service), cancellationToken: Token);

        Assert.Equal(ServingStatus.Serving, response.Status);
    }

    [Fact]
    public async Task Check_UnknownService_IsNotFound()
    {
        await using var server = await ApiServer.StartAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await Client(server).CheckAsync(Of("no.such.Service"), cancellationToken: Token));

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
    }

    [Fact]
    public async Task Check_ServingStopped_IsNotServing()
    {
        await using var server = await ApiServer.StartAsync();
        server.Health.StopServing();

        Assert.Equal(ServingStatus.NotServing, (await Client(server).CheckAsync(Of(Shelf), cancellationToken: Token)).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_HasTheServerAndEveryService(bool stopped)
    {
        await using var server = await ApiServer.StartAsync();
        if (stopped)
        {
            server.Health.StopServing();
        }

        var response = await server.Channel.CreateCallInvoker()
            .AsyncUnaryCall(HealthGrpcService.ListMethod, null, new CallOptions(cancellationToken: Token), new HealthListRequest());

        Assert.Equal(
            [
                "", Shelf, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
            ],
            response.Statuses.Keys.Order(StringComparer.Ordinal));
        Assert.All(response.Statuses.Values, each => Assert.Equal(stopped ? 2 : 1, (int)each.Status));
    }

    [Fact]
    public async Task Watch_KnownService_SendsAtOnceAndOnChange()
    {
        await using var server = await ApiServer.StartAsync();
        using var watch = Client(server).Watch(Of(Shelf), cancellationToken: Token);

        Assert.Equal(ServingStatus.Serving, await Next(watch));
        server.Health.StopServing();
        Assert.Equal(ServingStatus.NotServing, await Next(watch));
    }

    [Fact]
    public async Task Watch_ServerStops_GetsNotServingAndEndsWell()
    {
        await using var server = await ApiServer.StartAsync();
        using var known = Client(server).Watch(Of(""), cancellationToken: Token);
        using var unknown = Client(server).Watch(Of("later"), cancellationToken: Token);
        Assert.Equal(ServingStatus.Serving, await Next(known));
        Assert.Equal(ServingStatus.ServiceUnknown, await Next(unknown));

        var stopped = server.StopAsync();

        foreach (var watch in new[] { known, unknown })
        {
            Assert.Equal(ServingStatus.NotServing, await Next(watch));
            Assert.False(await Moves(watch));
            Assert.Equal(StatusCode.OK, watch.GetStatus().StatusCode);
        }

        await stopped;
    }

    private static Health.HealthClient Client(ApiServer server) => new(server.Channel);

    private static HealthCheckRequest Of(string service) => new() { Service = service };

    private static async Task<ServingStatus> Next(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        Assert.True(await Moves(watch));
        return watch.ResponseStream.Current.Status;
    }

    // Bounded, so that a watch that is never woken is a failure and not a hang.
    private static Task<bool> Moves(AsyncServerStreamingCall<HealthCheckResponse> watch) =>
        watch.ResponseStream.MoveNext(Token).WaitAsync(TimeSpan.FromSeconds(30), Token);
}
