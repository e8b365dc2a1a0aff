using ControlPlane.Functional.Tests.Crashing;
using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Maintenance;

/// <summary>A backup of a running server, restored into a new place, goes on where it was made.</summary>
public sealed class BackupTests(SharedServer shared)
{
    private const int Events = 400;
    private const int BackUpAfter = 150;
    private const string MasterKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Fact]
    public async Task Restore_BackupMadeUnderLoad_HoldsAllThatWasAcknowledgedAndDeliversTheRest()
    {
        var inbox = shared.Receiver.Open();
        var release = new TaskCompletionSource();
        inbox.Answer = request => request.Number <= 20 ? 204 : new Answer(204) { After = release.Task };
        HashSet<string> before = [];
        string key, tenantId;
        StoreBackup backup;
        await using var restored = ServerProcess.Create(shared.Receiver, UseMasterKey);
        await using (var server = await ServerProcess.StartAsync(shared.Receiver, UseMasterKey))
        {
            using var tenant = await TestTenant.CreateAsync(server);
            (key, tenantId) = (tenant.Key, tenant.Id);
            await tenant.HookAsync(inbox);
            var publishers = new Publishers(server, tenant.Key, Events);
            var backedUp = new TaskCompletionSource<StoreBackup>();
            await publishers.RunAsync(async acknowledged =>
            {
                if (acknowledged == BackUpAfter)
                {
                    before = [.. publishers.Acknowledged];
                    backedUp.SetResult(await BackUpAsync(server));
                }
            });
            backup = await backedUp.Task;
            Assert.Equal(Events, publishers.Acknowledged.Count);
            File.Copy(backup.Path, restored.Setup.Settings["Storage:Path"]);
            server.Kill();
            Assert.Equal(ServerRun.KilledExitCode, await server.ExitAsync());
        }

        release.SetResult();
        await restored.StartAsync();
        using var again = new TestTenant(tenantId, key, restored.Connect(key));

        var deliveries = await Eventually.BecomesAsync(
            () => again.ListAsync(), all => all.All(d => d.State == DeliveryState.Succeeded), "what the backup holds to be delivered");
        var held = deliveries.Select(d => d.EventId).ToHashSet();
        Assert.InRange(before.Count, BackUpAfter, Events);
        Assert.Superset(before, held);
        Assert.Superset(held, inbox.Accepted.ToHashSet());
        using var platform = restored.Connect();
        Assert.Equal(backup.StoreId, (await platform.Admin.GetServerInfoAsync(new())).StoreId);
        Assert.Empty((await platform.Admin.CheckStoreAsync(new())).Problems);
        Assert.True((await again.PublishAsync(e => e.Id = "afterwards")).DeliveryCount == 1);
    }

    [Fact]
    public async Task Backup_Names_AreOfOneDirectoryAndTakenOnce()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        using var platform = server.Connect();
        var made = await BackUpAsync(server, "one.db");

        (await Refusal.OfAsync(() => BackUpAsync(server, "one.db"))).Is(StatusCode.AlreadyExists, "BACKUP_EXISTS");
        (await Refusal.OfAsync(() => BackUpAsync(server, "../one.db"))).Is(StatusCode.InvalidArgument, "INVALID_FIELDS");

        Assert.Equal(Path.Combine(server.Setup.Folder.FullName, "backups", "one.db"), made.Path);
        Assert.Equal(new FileInfo(made.Path).Length, made.SizeBytes);
        Assert.Equal([made.Path], Directory.GetFiles(Path.GetDirectoryName(made.Path)!));
    }

    private static void UseMasterKey(ServerSetup setup) => setup.Settings["Secrets:MasterKey"] = MasterKey;

    private static async Task<StoreBackup> BackUpAsync(ServerProcess server, string name = "")
    {
        using var platform = server.Connect();
        using var call = platform.Admin.BackupStore(new() { Name = name });
        var updates = new List<BackupStoreResponse>();
        await foreach (var update in call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            updates.Add(update);
        }

        Assert.All(updates.SkipLast(1), update => Assert.NotNull(update.Progress));
        return updates[^1].Backup;
    }
}
