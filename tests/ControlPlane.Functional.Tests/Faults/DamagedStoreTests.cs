using ControlPlane.Functional.Tests.Crashing;
using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;
using Grpc.Health.V1;

namespace ControlPlane.Functional.Tests.Faults;

/// <summary>Files that are not as they were written: the server refuses, in one line or one status, and never begins anew in silence.</summary>
public sealed class DamagedStoreTests(SharedServer shared)
{
    private const int PageSize = 4096;

    [Theory]
    [InlineData("page", "is damaged")]
    [InlineData("half", "is damaged")]
    [InlineData("empty", "is gone")]
    [InlineData("missing", "is gone")]
    [InlineData("noise", "is damaged")]
    public async Task Start_DamagedFile_EndsWithOneLineThatSaysWhatToDo(string fault, string told)
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        using (await TestTenant.CreateAsync(server))
        {
        }

        Assert.Equal(0, await server.StopAsync());
        var path = server.Setup.Settings["Storage:Path"];
        Break(path, fault);

        var log = new ServerLog();
        await using var run = new ServerRun(server.Setup, log);

        Assert.Equal(1, await run.ExitAsync());
        var line = Assert.Single(log.Errors);
        Assert.Contains(path, line, StringComparison.Ordinal);
        Assert.Contains(told, line, StringComparison.Ordinal);
        Assert.Contains("Put a backup in its place", line, StringComparison.Ordinal);
        Assert.Empty(log.Output);
    }

    [Fact]
    public async Task Start_PlaceThatTakesNoFiles_EndsWithOneLine()
    {
        using var setup = new ServerSetup();
        // Nobody makes directories there, not even the system's administrator.
        setup.Settings["Storage:Path"] = "/proc/controlplane/store.db";
        var log = new ServerLog();
        await using var run = new ServerRun(setup, log);

        Assert.Equal(1, await run.ExitAsync());
        Assert.Contains("/proc/controlplane/store.db", Assert.Single(log.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_TornLog_HasEverythingAcknowledged()
    {
        const int Events = 200;
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        using var tenant = await TestTenant.CreateAsync(server);
        var inbox = shared.Receiver.Open();
        await tenant.HookAsync(inbox);
        var publishers = new Publishers(server, tenant.Key, Events);
        await publishers.RunAsync(acknowledged =>
        {
            if (acknowledged == Events / 2)
            {
                server.Kill();
            }

            return Task.CompletedTask;
        });
        Assert.Equal(ServerRun.KilledExitCode, await server.ExitAsync());
        // As if the machine had died while the next commit was being written.
        using (var log = new FileStream(server.Setup.LogPath, FileMode.Append))
        {
            var garbage = new byte[PageSize + 1000];
            new Random(1).NextBytes(garbage);
            log.Write(garbage);
        }

        await server.StartAsync();

        using var again = new TestTenant(tenant.Id, tenant.Key, server.Connect(tenant.Key));
        var deliveries = await Eventually.BecomesAsync(
            () => again.ListAsync(), all => all.All(d => d.State == DeliveryState.Succeeded), "everything to be delivered");
        Assert.Superset(publishers.Acknowledged.ToHashSet(), deliveries.Select(d => d.EventId).ToHashSet());
    }

    [Fact]
    public async Task Run_FileThatIsOverwritten_EndsServingInsteadOfGoingOn()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        server.Log.Expect("damaged");
        var published = "";
        using (var tenant = await TestTenant.CreateAsync(server))
        {
            for (var i = 0; i < 20; i++)
            {
                published = (await tenant.PublishAsync(e => e.Payload = Google.Protobuf.ByteString.CopyFromUtf8($"\"{new string('x', 50_000)}\""))).Event.Id;
            }
        }

        // Starts anew with hardly anything in memory, of payloads nothing.
        Assert.Equal(0, await server.StopAsync());
        await server.StartAsync();
        Break(server.Setup.Settings["Storage:Path"], "pages");
        using var platform = server.Connect();

        await Eventually.BecomesAsync(
            async () => await TryAsync(platform.Events.GetEventAsync(new() { EventId = published })) is StatusCode.DataLoss and var met
                ? met
                : await TryAsync(platform.Events.ListEventsAsync(new() { TenantId = "-" })),
            code => code == StatusCode.DataLoss,
            "the damage to be met");

        (await Refusal.OfAsync(platform.Events.PublishEventAsync(new() { Event = TestTenant.NewEvent() })))
            .Is(StatusCode.DataLoss, "STORAGE_DAMAGED");
        using var nobody = new Clients(server.Setup.Grpc, key: null);
        await Eventually.BecomesAsync(
            async () => (await new Health.HealthClient(nobody.Invoker).CheckAsync(new())).Status,
            status => status == HealthCheckResponse.Types.ServingStatus.NotServing,
            "the server to say that it does not serve");
        Assert.Contains("Stop the server and put a backup in the store", server.Log.Text, StringComparison.Ordinal);
        Assert.Equal(0, await server.StopAsync());
    }

    private static async Task<StatusCode> TryAsync<T>(AsyncUnaryCall<T> call)
    {
        try
        {
            await call.ResponseAsync;
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    private static void Break(string path, string fault)
    {
        if (fault == "missing")
        {
            File.Delete(path);
            return;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        switch (fault)
        {
            case "page":
                Overwrite(file, PageSize, PageSize);
                break;
            case "pages":
                Overwrite(file, PageSize, file.Length - PageSize);
                break;
            case "noise":
                Overwrite(file, 0, file.Length);
                break;
            default:
                file.SetLength(fault == "half" ? file.Length / 2 : 0);
                break;
        }
    }

    private static void Overwrite(FileStream file, long from, long count)
    {
        file.Position = from;
        var garbage = new byte[count];
        Array.Fill(garbage, (byte)0xA5);
        file.Write(garbage);
    }
}
