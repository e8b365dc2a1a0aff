using ControlPlane.Server.Api.Standard;
using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ControlPlane.Server.Tests.Api.Standard;

public sealed class HealthGrpcServiceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("controlplane.shelf.Shelf")]
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
    public async Task Check_AfterAChange_AnswersTheNewStatus()
    {
        await using var server = await ApiServer.StartAsync();
        server.Health.Set("a", ServingStatus.NotServing);

        Assert.Equal(ServingStatus.NotServing, (await Client(server).CheckAsync(Of("a"), cancellationToken: Token)).Status);
    }

    [Fact]
    public async Task List_StartedServer_HasTheServerAndEveryService()
    {
        await using var server = await ApiServer.StartAsync();
        server.Health.Set("a", ServingStatus.NotServing);

        var response = await Client(server).ListAsync(new HealthListRequest(), cancellationToken: Token);

        Assert.Equal(
            [
                "", "a", "controlplane.shelf.Shelf", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection",
            ],
            response.Statuses.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(ServingStatus.NotServing, response.Statuses["a"].Status);
        Assert.Equal(ServingStatus.Serving, response.Statuses[""].Status);
    }

    [Fact]
    public async Task Watch_KnownService_SendsAtOnceAndOnChange()
    {
        await using var server = await ApiServer.StartAsync();
        server.Health.Set("a", ServingStatus.Serving);
        using var watch = Client(server).Watch(Of("a"), cancellationToken: Token);

        Assert.Equal(ServingStatus.Serving, await Next(watch));
        server.Health.Set("a", ServingStatus.NotServing);
        Assert.Equal(ServingStatus.NotServing, await Next(watch));
        server.Health.Set("a", ServingStatus.Serving);
        Assert.Equal(ServingStatus.Serving, await Next(watch));
    }

    [Fact]
    public async Task Watch_WhileOthersChange_SendsNothing()
    {
        await using var server = await ApiServer.StartAsync();
        using var quiet = Client(server).Watch(Of(""), cancellationToken: Token);
        using var busy = Client(server).Watch(Of("b"), cancellationToken: Token);
        Assert.Equal(ServingStatus.Serving, await Next(quiet));
        Assert.Equal(ServingStatus.ServiceUnknown, await Next(busy));

        // Each round wakes both watchers, and waits for one of them.
        for (var i = 0; i < 100; i++)
        {
            var status = i % 2 == 0 ? ServingStatus.Serving : ServingStatus.NotServing;
            server.Health.Set(HealthState.WholeServer, ServingStatus.Serving);
            server.Health.Set("b", status);
            Assert.Equal(status, await Next(busy));
        }

        server.Health.Set(HealthState.WholeServer, ServingStatus.NotServing);
        Assert.Equal(ServingStatus.NotServing, await Next(quiet));
    }

    [Fact]
    public async Task Watch_UnknownService_IsToldWhenItBecomesKnown()
    {
        await using var server = await ApiServer.StartAsync();
        using var watch = Client(server).Watch(Of("later"), cancellationToken: Token);

        Assert.Equal(ServingStatus.ServiceUnknown, await Next(watch));
        server.Health.Set("later", ServingStatus.Serving);
        Assert.Equal(ServingStatus.Serving, await Next(watch));
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

        Assert.Equal(ServingStatus.NotServing, await Next(known));
        Assert.False(await Moves(known));
        Assert.False(await Moves(unknown));
        Assert.Equal(StatusCode.OK, known.GetStatus().StatusCode);
        Assert.Equal(StatusCode.OK, unknown.GetStatus().StatusCode);
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
