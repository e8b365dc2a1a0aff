using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>Counts that transactions leave in documents which take turns: each is what it was, wherever the latest of it lies.</summary>
public sealed class RecentCountsTests : StorageTests<LiteDbSource>
{
    private const int Many = RecentCounts.Turns + 10;

    [Fact]
    public async Task Reopen_MoreTransactionsThanTurns_EveryCountIsAsLeft()
    {
        var (quiet, busy) = (await AddWebhookAsync(), await AddWebhookAsync());
        await SucceedAsync(await PublishAsync(quiet, leased: true));
        await PublishAsync(quiet);
        await PublishAsync(quiet);
        for (var round = 1; round <= 3; round++)
        {
            for (var n = 0; n < Many; n++)
            {
                await SucceedAsync(await PublishAsync(busy, leased: true));
            }

            await PublishAsync(busy);
            await ExpectAsync(quiet, waiting: 2, delivered: 1);
            await ExpectAsync(busy, waiting: round, delivered: round * Many);
            await ReopenAsync();
            await ExpectAsync(quiet, waiting: 2, delivered: 1);
            await ExpectAsync(busy, waiting: round, delivered: round * Many);
            Assert.Equal(new BacklogCount(2 + round, 2 + round), await Store.Queue.CountBacklogAsync(TenantRecord.DefaultId, Cancel));
        }
    }

    [Fact]
    public async Task RemoveExpired_DeletedWebhookThatChangedLately_IsForgotten()
    {
        var (gone, other) = (await AddWebhookAsync(), await AddWebhookAsync());
        await SucceedAsync(await PublishAsync(gone, leased: true));
        await Store.Webhooks.DeleteAsync(gone.Id, null, Now, Cancel);
        Clock.Advance(TimeSpan.FromDays(60));
        await foreach (var _ in Store.Maintenance.RemoveExpiredAsync(new RetentionTerms(Now, Now, DeadLetters: 0, Now, Batch: 100), Cancel))
        {
        }

        for (var n = 0; n < Many; n++)
        {
            await PublishAsync(other);
            if (n == 1)
            {
                await ReopenAsync();
            }
        }

        await ReopenAsync();
        await ExpectAsync(other, waiting: Many, delivered: 0);
        Assert.Equal(new BacklogCount(Many, Many), await Store.Queue.CountBacklogAsync(TenantRecord.DefaultId, Cancel));
        Assert.Empty(await Store.Capabilities.Integrity!.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Open_StoreOfTheFormatBefore_CountsGoOn()
    {
        var webhook = await AddWebhookAsync();
        await PublishAsync(webhook);
        await Store.DisposeAsync();
        await ChangeAsync(session =>
        {
            session.Stored.Delete(Collections.RecentCounts, Enumerable.Range(0, RecentCounts.Turns).Select(turn => new LiteDB.BsonValue((long)turn)));
            var meta = session.Stored.Find(Collections.Meta, 1L)!;
            meta["format"] = StoreIdentity.Earliest;
            session.Stored.Update(Collections.Meta, [meta]);
            return 0;
        });

        await ReopenAsync();
        await PublishAsync(webhook);
        await ExpectAsync(webhook, waiting: 2, delivered: 0);
        await Store.DisposeAsync();
        Assert.Equal(StoreIdentity.Latest, await ChangeAsync(session => session.Stored.Find(Collections.Meta, 1L)!.Int("format")));
    }

    private async Task ExpectAsync(WebhookRecord webhook, long waiting, long delivered)
    {
        var stats = (await Store.Stats.ReadAsync(new StatsQuery(true, webhook.Id, BucketSize.Minute, 60), Cancel))!;
        Assert.Equal((waiting, delivered), (stats.Waiting, stats.Buckets.Sum(bucket => bucket.Counts.Delivered)));
    }

    private async Task<int> ChangeAsync(Func<WriteSession, int> change)
    {
        await using var database = LiteDbStorage.OpenDatabase(new LiteDbStorageOptions { Path = Source.File, TimeProvider = Clock });
        return await database.WriteAsync(change, Cancel);
    }
}
