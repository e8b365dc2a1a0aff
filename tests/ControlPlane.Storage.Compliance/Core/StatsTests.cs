using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Compliance;

/// <summary>How attempts ended, over time.</summary>
public abstract class StatsTests<TSource> : RetentionTest<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Read_EveryEndOfAnAttempt_IsCountedForWebhookAndTenant()
    {
        var (webhook, other) = (await AddWebhookAsync(), await AddWebhookAsync());
        await SucceedAsync(await PublishAsync(webhook, leased: true));
        await SucceedAsync(await PublishAsync(other, leased: true));
        await KillAsync(await PublishAsync(webhook, leased: true));
        var retried = await PublishAsync(webhook, leased: true);
        await FailAsync(retried, TimeSpan.FromSeconds(1));
        Assert.Null(await SucceedAsync(retried));
        Clock.Advance(TimeSpan.FromSeconds(1));
        await SucceedAsync(Assert.Single((await ClaimAsync(webhook)).Deliveries));

        foreach (var size in Enum.GetValues<BucketSize>())
        {
            Assert.Equal(new Counted(2, 2, 1, 1), Sum(await ReadAsync(webhook, size)));
            Assert.Equal(new Counted(1, 0, 0, 0), Sum(await ReadAsync(other, size)));
            Assert.Equal(new Counted(3, 2, 1, 1), Sum(await ReadTenantAsync(size: size)));
        }

        await ReopenAsync();
        await SucceedAsync(await PublishAsync(webhook, leased: true));
        Assert.Equal(new Counted(3, 2, 1, 1), Sum(await ReadAsync(webhook)));
    }

    [Fact]
    public async Task Read_CancelledWithItsWebhook_IsAFailureOfTheTenantAlone()
    {
        var webhook = await AddWebhookAsync();
        var delivery = await PublishAsync(webhook, leased: true);
        await Store.Webhooks.DeleteAsync(webhook.Id, null, Now, Cancel);

        await FailAsync(delivery, TimeSpan.FromSeconds(1));

        Assert.Equal(new Counted(0, 1, 0, 0), Sum(await ReadTenantAsync()));
        Assert.Null(await Store.Stats.ReadAsync(new StatsQuery(true, webhook.Id, BucketSize.Minute, 60), Cancel));
        Assert.Null(await Store.Stats.ReadAsync(new StatsQuery(false, "unknown", BucketSize.Minute, 60), Cancel));
    }

    [Fact]
    public async Task Read_Buckets_AreGaplessAndEndNow()
    {
        var webhook = await AddWebhookAsync();
        await DeliverAsync(webhook);
        Clock.Advance(TimeSpan.FromMinutes(2));
        await DeliverAsync(webhook);
        await DeliverAsync(webhook);

        var buckets = (await ReadAsync(webhook)).Buckets;

        Assert.Equal(60, buckets.Count);
        Assert.All(buckets.Zip(buckets.Skip(1)), pair => Assert.Equal(TimeSpan.FromMinutes(1), pair.Second.Start - pair.First.Start));
        Assert.InRange(Now - buckets[^1].Start, TimeSpan.Zero, TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));
        Assert.Equal([1, 0, 2], buckets.Skip(57).Select(bucket => bucket.Counts.Delivered));
    }

    [Fact]
    public async Task Read_Percentiles_AreWithin9Percent()
    {
        var webhook = await AddWebhookAsync();
        for (var i = 0; i < 100; i++)
        {
            var delivery = await PublishAsync(webhook, leased: true);
            Clock.Advance(TimeSpan.FromMilliseconds(i < 98 ? 40 : 2_000));
            await SucceedAsync(delivery);
        }

        var all = new AttemptCounts();
        (await ReadAsync(webhook)).Buckets.ToList().ForEach(bucket => all.Add(bucket.Counts));

        Assert.InRange(all.Percentile(0.5)!.Value.TotalMilliseconds, 40 / 1.1, 40 * 1.1);
        Assert.InRange(all.Percentile(0.99)!.Value.TotalMilliseconds, 2_000 / 1.1, 2_000 * 1.1);
        Assert.Null(new AttemptCounts().Percentile(0.5));
    }

    [Fact]
    public async Task Read_RetriedByHand_TookFromTheRetryOn()
    {
        var webhook = await AddWebhookAsync();
        var delivery = await BuryAsync(webhook);
        Clock.Advance(TimeSpan.FromMinutes(30));
        await Store.Deliveries.RetryAsync(delivery.Id, Cancel);
        Clock.Advance(TimeSpan.FromMilliseconds(100));
        await SucceedAsync(Assert.Single((await ClaimAsync(webhook)).Deliveries));

        var last = (await ReadAsync(webhook)).Buckets[^1].Counts;

        Assert.InRange(last.Percentile(0.5)!.Value.TotalMilliseconds, 90, 110);
    }

    [Fact]
    public async Task Retention_FoldsMinutesIntoHours_AndLosesNoneWithin30Days()
    {
        var webhook = await AddWebhookAsync();
        for (var i = 0; i < 10; i++)
        {
            await DeliverAsync(webhook);
            await KillAsync(await PublishAsync(webhook, leased: true));
            Clock.Advance(TimeSpan.FromMinutes(13));
        }

        var before = await ReadAsync(webhook, BucketSize.Hour);
        await RemoveAsync(batch: 3);
        Assert.Equal(Each(before), Each(await ReadAsync(webhook, BucketSize.Hour)));
        Assert.Equal(new Counted(10, 10, 0, 10), Sum(before));
        Assert.Equal(4, Sum(await ReadAsync(webhook)).Delivered);
        Clock.Advance(TimeSpan.FromMinutes(61));
        await DeliverAsync(webhook);
        await RemoveAsync(batch: 3);
        await ReopenAsync();
        Assert.Equal(new Counted(11, 10, 0, 10), Sum(await ReadAsync(webhook, BucketSize.Hour)));
        Assert.Equal(new Counted(11, 10, 0, 10), Sum(await ReadTenantAsync(size: BucketSize.Hour)));

        Clock.Advance(TimeSpan.FromHours(StatsBuckets.Hours - 4));
        await RemoveAsync(batch: 3);
        Assert.Equal(11, Sum(await ReadAsync(webhook, BucketSize.Hour)).Delivered);
        Clock.Advance(TimeSpan.FromHours(4));
        await RemoveAsync(batch: 3);
        Assert.Equal(default, Sum(await ReadAsync(webhook, BucketSize.Hour)));
    }

    [Fact]
    public async Task Read_InFlightAndWaiting_FollowEveryChange()
    {
        var webhook = await AddWebhookAsync();
        await ExpectAsync(webhook, 0, 0, null);
        var first = Now;
        var one = await PublishAsync(webhook, leased: true);
        var two = await PublishAsync(webhook);
        await ExpectAsync(webhook, 1, 1, first);
        Clock.Advance(TimeSpan.FromSeconds(5));
        var three = await PublishAsync(webhook);
        await FailAsync(one, TimeSpan.FromHours(1));
        await ExpectAsync(webhook, 0, 3, first);
        var claimed = (await ClaimAsync(webhook)).Deliveries;
        await ExpectAsync(webhook, 2, 1, first);
        await ReopenAsync();
        await ExpectAsync(webhook, 2, 1, first);
        await Store.Queue.ReleaseAsync([new Lease(three.Id, claimed.Single(each => each.Id == three.Id).Fence)], TimeSpan.Zero, Cancel);
        await Store.Deliveries.CancelAsync(one.Id, Cancel);
        await ExpectAsync(webhook, 1, 1, first + TimeSpan.FromSeconds(5));
        await SucceedAsync(claimed.Single(each => each.Id == two.Id));
        await SucceedAsync(Assert.Single((await ClaimAsync(webhook)).Deliveries));
        await ExpectAsync(webhook, 0, 0, null);
        await Store.Deliveries.RetryAsync(one.Id, Cancel);
        await ExpectAsync(webhook, 0, 1, first);
        Assert.Equal(2, await RecoveredAsync(webhook));
        await ExpectAsync(webhook, 0, 3, first);
    }

    private async Task<int> RecoveredAsync(WebhookRecord webhook)
    {
        await PublishAsync(webhook, leased: true);
        await PublishAsync(webhook, leased: true);
        await ExpectAsync(webhook, 2, 1, null, oldest: false);
        return await RecoverAsync("node-2");
    }

    private async Task ExpectAsync(WebhookRecord webhook, long inFlight, long waiting, DateTimeOffset? since, bool oldest = true)
    {
        foreach (var stats in new[] { await ReadAsync(webhook), await ReadTenantAsync() })
        {
            Assert.Equal((inFlight, waiting), (stats.InFlight, stats.Waiting));
        }

        if (oldest)
        {
            Assert.Equal(since, (await ReadAsync(webhook)).OldestWaiting);
        }
    }

    private async Task<AttemptStats> ReadAsync(WebhookRecord webhook, BucketSize size = BucketSize.Minute) =>
        (await Store.Stats.ReadAsync(new StatsQuery(true, webhook.Id, size, size == BucketSize.Minute ? 60 : 720), Cancel))!;

    private async Task<AttemptStats> ReadTenantAsync(string id = TenantRecord.DefaultId, BucketSize size = BucketSize.Minute) =>
        (await Store.Stats.ReadAsync(new StatsQuery(false, id, size, size == BucketSize.Minute ? 60 : 720), Cancel))!;

    private static Counted Sum(AttemptStats stats) => Each(stats).Aggregate(
        default(Counted), (sum, each) => new(sum.Delivered + each.Delivered, sum.Failed + each.Failed, sum.Retried + each.Retried, sum.Dead + each.Dead));

    private static List<Counted> Each(AttemptStats stats) =>
        [.. stats.Buckets.Select(bucket => bucket.Counts).Select(c => new Counted(c.Delivered, c.Failed, c.Retried, c.Dead))];

    private readonly record struct Counted(long Delivered, long Failed, long Retried, long Dead);
}
