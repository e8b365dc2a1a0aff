using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Rpc;
using Grpc.Core;
using Grpc.Health.V1;

namespace ControlPlane.Functional.Tests.Faults;

/// <summary>A disk that is full for a while: publishes are refused, nothing is lost, and it goes on by itself.</summary>
public sealed class DiskFullTests(SharedServer shared)
{
    [Fact]
    public async Task Full_ForAWhile_RefusesWritesServesReadsAndRecordsWhatWasSentAfterwards()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        // What cannot be recorded is told, and tried again.
        server.Log.Expect("Could not record attempt");
        using var tenant = await TestTenant.CreateAsync(server);
        var inbox = shared.Receiver.Open();
        var release = new TaskCompletionSource();
        inbox.Answer = request => request.Number == 1 ? new Answer(204) { After = release.Task } : 204;
        await tenant.HookAsync(inbox);
        var underWay = await tenant.SendAsync();
        await inbox.CountAsync(1);
        var stored = await tenant.SendAsync();
        await tenant.UntilAsync(stored.Id, DeliveryState.Succeeded);

        server.LimitFileSize(new FileInfo(server.Setup.LogPath).Length);
        var refusal = await FillAsync(tenant);
        release.SetResult();

        Assert.InRange(refusal.Detail<RetryInfo>().RetryDelay.ToTimeSpan(), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        await Eventually.BecomesAsync(
            () => Task.FromResult(server.Log.Text), text => text.Contains("Could not record attempt", StringComparison.Ordinal),
            "the outcome not to be recorded");
        Assert.Equal(DeliveryState.InFlight, (await tenant.GetAsync(underWay.Id)).State);
        Assert.Equal(DeliveryState.Succeeded, (await tenant.GetAsync(stored.Id)).State);
        using var nobody = new Clients(server.Setup.Grpc, key: null);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await new Health.HealthClient(nobody.Invoker).CheckAsync(new())).Status);
        var before = (await tenant.ListAsync()).Select(d => d.EventId).ToHashSet();

        server.LimitFileSize(null);

        Assert.Equal(1, (await tenant.UntilAsync(underWay.Id, DeliveryState.Succeeded)).AttemptCount);
        var after = await tenant.SendAsync();
        await tenant.UntilAsync(after.Id, DeliveryState.Succeeded);
        await Eventually.BecomesAsync(
            () => tenant.ListAsync(), all => all.All(d => d.State == DeliveryState.Succeeded), "everything to be delivered");
        Assert.Superset(before, (await tenant.ListAsync()).Select(d => d.EventId).ToHashSet());
        Assert.Equal(0, await server.StopAsync());
        await server.StartAsync();
        using var platform = server.Connect();
        Assert.Empty((await platform.Admin.CheckStoreAsync(new())).Problems);
    }

    [Fact]
    public async Task Full_FromTheStart_EndsWithOneLineAndStartsWhenThereIsRoom()
    {
        await using var server = ServerProcess.Create(shared.Receiver);
        server.Setup.FileSizeLimit = 0;
        var log = new ServerLog();
        await using (var run = new ServerRun(server.Setup, log))
        {
            Assert.Equal(1, await run.ExitAsync());
        }

        Assert.Contains(server.Setup.Settings["Storage:Path"], Assert.Single(log.Errors), StringComparison.Ordinal);

        server.Setup.FileSizeLimit = null;
        await server.StartAsync();
        using var tenant = await TestTenant.CreateAsync(server);
        Assert.NotEmpty((await tenant.PublishAsync()).Event.Id);
    }

    /// <summary>Publishes until there is no room; answers the refusal.</summary>
    private static async Task<Refusal> FillAsync(TestTenant tenant)
    {
        // Some may still fit: the log can start over in space that it has.
        for (var i = 0; i < 200; i++)
        {
            try
            {
                await tenant.PublishAsync(e => e.Payload = Google.Protobuf.ByteString.CopyFromUtf8($"\"{new string('x', 100_000)}\""));
            }
            catch (RpcException e)
            {
                return Refusal.Of(e).Is(StatusCode.ResourceExhausted, "STORAGE_FULL");
            }
        }

        throw new InvalidOperationException("There was room for everything.");
    }
}
