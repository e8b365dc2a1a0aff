using ControlPlane.Server.Api.Standard;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ControlPlane.Server.Tests.Api.Standard;

public sealed class HealthStateTests
{
    private readonly HealthState _state = new("a");

    [Fact]
    public async Task New_EveryName_IsNotServing()
    {
        Assert.Equal(["", "a"], _state.Services);
        Assert.False(_state.IsServing);
        await AssertAllAsync(ServingStatus.NotServing);
    }

    [Fact]
    public async Task Serve_EveryName_IsServing()
    {
        _state.Serve();

        Assert.True(_state.IsServing);
        await AssertAllAsync(ServingStatus.Serving);
    }

    [Fact]
    public async Task StopServing_EveryName_IsNotServingForGood()
    {
        _state.Serve();

        _state.StopServing();
        _state.Serve();

        Assert.False(_state.IsServing);
        await AssertAllAsync(ServingStatus.NotServing);
    }

    private async Task AssertAllAsync(ServingStatus status)
    {
        foreach (var service in _state.Services)
        {
            Assert.Equal(status, (await _state.Statuses.Check(new HealthCheckRequest { Service = service }, null!)).Status);
        }
    }
}
