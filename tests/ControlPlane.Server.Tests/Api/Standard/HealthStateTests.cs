using ControlPlane.Server.Api.Standard;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ControlPlane.Server.Tests.Api.Standard;

public sealed class HealthStateTests
{
    [Fact]
    public void New_WholeServer_IsNotServing() =>
        Assert.Equal(ServingStatus.NotServing, Assert.Single(new HealthState().Current.Statuses).Value);

    [Fact]
    public void Set_Service_SupersedesTheSnapshot()
    {
        var state = new HealthState();
        var before = state.Current;

        state.Set("a", ServingStatus.Serving);

        Assert.True(before.Superseded.IsCompleted);
        Assert.False(before.Statuses.ContainsKey("a"));
        Assert.Equal(ServingStatus.Serving, state.Current.Statuses["a"]);
        Assert.False(state.Current.Superseded.IsCompleted);
    }

    [Fact]
    public void Set_ServiceUnknown_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>("status", () => new HealthState().Set("a", ServingStatus.ServiceUnknown));

    [Fact]
    public void Shutdown_Everything_IsNotServingForGood()
    {
        var state = new HealthState();
        state.Set("a", ServingStatus.Serving);
        state.Set(HealthState.WholeServer, ServingStatus.Serving);
        var before = state.Current;

        state.Shutdown();
        state.Set("a", ServingStatus.Serving);
        state.Set("late", ServingStatus.Serving);

        Assert.True(before.Superseded.IsCompleted);
        Assert.True(state.Current.IsFinal);
        Assert.Equal(["", "a"], state.Current.Statuses.Keys.Order());
        Assert.All(state.Current.Statuses.Values, status => Assert.Equal(ServingStatus.NotServing, status));
    }

    [Fact]
    public void Set_FromManyThreads_LosesNothing()
    {
        const int Threads = 4;
        const int Each = 5000;
        var state = new HealthState();
        using var start = new Barrier(Threads);
        var threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            start.SignalAndWait();
            for (var i = 0; i < Each; i++)
            {
                state.Set($"{thread}.{i}", ServingStatus.Serving);
            }
        })).ToList();

        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Equal((Threads * Each) + 1, state.Current.Statuses.Count);
    }

    [Fact]
    public void Fail_EverythingIsNotServingAndStaysSo()
    {
        var state = new HealthState();
        state.Set("a", ServingStatus.Serving);
        var before = state.Current;

        state.Fail();
        state.Set("a", ServingStatus.Serving);
        state.Set("b", ServingStatus.Serving);

        Assert.True(before.Superseded.IsCompleted);
        Assert.False(state.Current.IsFinal);
        Assert.All(state.Current.Statuses.Values, status => Assert.Equal(ServingStatus.NotServing, status));
        Assert.Equal(3, state.Current.Statuses.Count);
    }
}
