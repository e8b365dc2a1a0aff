using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;
using Grpc.Health.V1;

namespace ControlPlane.Functional.Tests.Crashing;

public sealed class ShutdownTests(SharedServer shared)
{
    [Fact]
    public async Task Signal_IdleWatchers_GetClosingThenOkAndTheProcessEndsWithZero()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        using var clients = server.Connect();
        await using var one = await Watcher.StartAsync(clients);
        await using var other = await Watcher.StartAsync(clients, new() { TenantId = "-", States = { DeliveryState.Dead } });

        Assert.Equal(0, await server.StopAsync());

        foreach (var watcher in new[] { one, other })
        {
            Assert.Null(await watcher.EndAsync());
            Assert.NotNull(watcher.Seen[^1].Closing);
            Assert.NotEmpty(watcher.Seen[^1].ResumeToken);
        }
    }

    [Fact]
    public async Task Signal_AttemptInFlight_IsFinishedAndRecordedOnce()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        var release = new TaskCompletionSource();
        var inbox = shared.Receiver.Open();
        inbox.Answer = _ => new Answer(204) { After = release.Task };
        using var tenant = await TestTenant.CreateAsync(server);
        await tenant.HookAsync(inbox);
        var sent = await tenant.SendAsync();
        await inbox.CountAsync(1);

        await server.SignalAsync();
        await AssertNotServingAsync(server);
        release.SetResult();
        Assert.Equal(0, await server.ExitAsync());

        await server.StartAsync();
        using var again = new TestTenant(tenant.Id, tenant.Key, server.Connect(tenant.Key));
        Assert.Equal(1, (await again.UntilAsync(sent.Id, DeliveryState.Succeeded)).AttemptCount);
        Assert.Single(inbox.Requests);
    }

    [Fact]
    public async Task Signal_HangingReceiver_IsCutOffAndSentAgainAfterTheRestart()
    {
        await using var server = await ServerProcess.StartAsync(
            shared.Receiver, setup => setup.Settings["Dispatching:DrainTimeout"] = "00:00:01");
        var release = new TaskCompletionSource();
        var inbox = shared.Receiver.Open();
        inbox.Answer = request => request.Number == 1 ? new Answer(204) { After = release.Task } : 204;
        using var tenant = await TestTenant.CreateAsync(server);
        await tenant.HookAsync(inbox);
        var sent = await tenant.SendAsync();
        await inbox.CountAsync(1);

        Assert.Equal(0, await server.StopAsync());
        await server.StartAsync();

        using var again = new TestTenant(tenant.Id, tenant.Key, server.Connect(tenant.Key));
        Assert.Equal(1, (await again.UntilAsync(sent.Id, DeliveryState.Succeeded)).AttemptCount);
        Assert.Equal([sent.EventId, sent.EventId], inbox.Requests.Select(r => r.Id));
        release.SetResult();
    }

    /// <summary>New calls are turned away or answered NOT_SERVING while the last attempts end.</summary>
    private static async Task AssertNotServingAsync(ServerProcess server)
    {
        using var clients = server.Connect();
        var health = new Health.HealthClient(clients.Invoker);
        await Eventually.BecomesAsync(
            async () =>
            {
                try
                {
                    return (await health.CheckAsync(new())).Status;
                }
                catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Internal)
                {
                    // The client library makes INTERNAL of a connection that the server closes while the call begins.
                    return HealthCheckResponse.Types.ServingStatus.NotServing;
                }
            },
            status => status == HealthCheckResponse.Types.ServingStatus.NotServing,
            "the server to report that it stops");
    }
}
