using System.Collections.Concurrent;

namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>
/// Power cuts at any moment: of what was not synced any sectors are on the disk and the others are not. Whatever was acknowledged before is
/// there, and nothing is there by half.
/// </summary>
public sealed class PowerLossTests : LiteDbTests
{
    /// <summary>More than are stored in one transaction.</summary>
    private const int Large = 400;
    private int _opened;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Cut_AtAnyMoment_NothingAcknowledgedIsLostAndNothingIsThereByHalf(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 100; i++)
        {
            await CutOnceAsync(random, $"seed {seed}, cut {i}");
        }
    }

    private async Task CutOnceAsync(Random random, string what)
    {
        var disk = new ForgettingDisk();
        var acknowledged = new ConcurrentDictionary<string, bool>();
        await using (var store = await OpenAsync(disk))
        {
            var webhook = await store.Webhooks.CreateAsync(
                new WebhookRecord { Id = "wh_1", TenantId = TenantRecord.DefaultId, Url = "https://a/", EventTypes = ["*"], Dialect = "svix", Secrets = [] },
                Cancel);
            disk.CutAfter(1 + random.Next(120), random);
            await Task.WhenAll(Enumerable.Range(0, 3).Select(writer => WriteAsync(store, disk, acknowledged, writer, webhook.ConfigVersion)));
        }

        await using var left = await OpenAsync(disk.Left ?? disk);
        await CheckAsync(left, acknowledged, what);
    }

    /// <summary>Publishes and delivers, and notes what was acknowledged before the power was cut.</summary>
    private static async Task WriteAsync(
        StorageEngine store, ForgettingDisk disk, ConcurrentDictionary<string, bool> acknowledged, int writer, long version)
    {
        for (var i = 0; i < 25 && disk.Left is null; i++)
        {
            var id = $"evt_{writer}_{i:00}";
            var added = await store.Events.AppendAsync(
                new AppendRequest(
                    TenantRecord.DefaultId, version,
                    [
                        new NewEvent(
                            new EventRecord { Id = id, TenantId = TenantRecord.DefaultId, Type = "a", Payload = new byte[(i % 5) * 3_000] },
                            [.. Enumerable.Range(1, i % 10 == 5 ? Large : 2).Select(n => new NewDelivery($"dlv_{id}_{n}", "wh_1", DeliveryTrigger.Publish, n == 1))],
                            null),
                    ],
                    "node", TimeSpan.FromMinutes(1)),
                Cancel);
            Note(disk, () => acknowledged[id] = false);
            var leased = ((AppendResult.Appended)added).Events[0].Deliveries[0];
            var attempt = new AttemptRecord(1, DeliveryTrigger.Publish, default, default, 200, FailureKind.None, "", "", "");
            await store.Queue.CompleteAsync(new Completion(leased, attempt, DeliveryState.Succeeded, EndReason.Delivered, null), Cancel);
            Note(disk, () => acknowledged[id] = true);
        }
    }

    private static void Note(ForgettingDisk disk, Action note)
    {
        lock (disk)
        {
            if (disk.Left is null)
            {
                note();
            }
        }
    }

    private static async Task CheckAsync(StorageEngine store, ConcurrentDictionary<string, bool> acknowledged, string what)
    {
        foreach (var (id, completed) in acknowledged)
        {
            Assert.True(await store.Events.FindAsync(id, TenantRecord.DefaultId, Cancel) is [{ Payload: not null }], $"{what}: {id} is lost");
            var delivery = await store.Deliveries.GetAsync($"dlv_{id}_1", Cancel);
            Assert.True(delivery is not null && (!completed || delivery is { State: DeliveryState.Succeeded, AttemptCount: 1 }), $"{what}: {id} was delivered");
        }

        foreach (var stored in (await store.Events.ListAsync(new EventQuery { Limit = 1_000 }, Cancel)).Items)
        {
            var deliveries = await store.Deliveries.ListAsync(new DeliveryQuery { EventId = stored.Id, Limit = 1_000 }, Cancel);
            Assert.True(deliveries.Items.Count == stored.DeliveryCount, $"{what}: {stored.Id} is there by half");
        }

        Assert.True(await store.Capabilities.Integrity!.CheckAsync(Cancel) is [], what);
    }

    private Task<StorageEngine> OpenAsync(ForgettingDisk disk)
    {
        // Each in a folder of its own: the lock is a real file.
        var path = Path.Combine(Folder, $"{_opened++}", "store.db");
        return LiteDbStorage.OpenAsync(
            new LiteDbStorageOptions { Path = path, TimeProvider = Clock, CheckpointPages = 24, OpenFile = disk.Open }, Cancel);
    }
}
