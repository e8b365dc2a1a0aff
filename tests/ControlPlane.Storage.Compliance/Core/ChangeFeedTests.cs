namespace ControlPlane.Storage.Compliance;

/// <summary>What changed, in revision order.</summary>
public abstract class ChangeFeedTests<TSource> : RetentionTest<TSource>
    where TSource : StoreSource, new()
{
    private Task<IReadOnlyList<DeliveryRecord>> ReadAfterAsync(long revision, int limit = 1_000) =>
        Store.Changes.ReadAfterAsync(revision, limit, Cancel);

    [Fact]
    public async Task Feed_NewStore_IsEmpty()
    {
        Assert.Equal(0, await ReadHeadAsync());
        Assert.Equal(0, await Store.Changes.GetFloorAsync(Cancel));
        Assert.Empty(await ReadAfterAsync(0));
        Assert.Equal(0, await Store.Changes.FindBeforeAsync(Now, Cancel));
    }

    [Fact]
    public async Task ReadAfter_SeveralChanges_LatestStateOfEachInOrder()
    {
        var webhook = await AddWebhookAsync();
        var first = await PublishAsync(webhook, leased: true);
        var second = await PublishAsync(webhook, leased: true);
        var third = await PublishAsync(webhook);
        var completed = await SucceedAsync(first);

        Assert.Equal([second, third, completed!], await ReadAfterAsync(0));
        Assert.Equal([third, completed!], await ReadAfterAsync(second.Revision));
        Assert.Equal([second], await ReadAfterAsync(0, limit: 1));
        Assert.Empty(await ReadAfterAsync(await ReadHeadAsync()));
        Assert.Equal(completed!.Revision, await ReadHeadAsync());
    }

    [Fact]
    public async Task ReadAfter_OfOneTenant_FindsItsChangesAmongThoseOfOthers()
    {
        await AddTenantAsync("acme");
        var (noisy, quiet) = (await AddWebhookAsync(), await AddWebhookAsync("acme"));
        var expected = new List<DeliveryRecord>();
        for (var i = 0; i < 5; i++)
        {
            for (var j = 0; j < 7; j++)
            {
                await PublishAsync(noisy, leased: j % 2 == 0);
            }

            expected.Add(await PublishAsync(quiet, leased: i % 2 == 0));
        }

        foreach (var limit in new[] { 1, 3, 1_000 })
        {
            var found = new List<DeliveryRecord>();
            for (long? position = 0; position is { } after;)
            {
                var page = await Store.Changes.ReadAfterAsync(after, limit, "acme", Cancel);
                Assert.InRange(page.Changes.Count, 0, limit);
                Assert.False(page.Next <= after, "it does not get on");
                found.AddRange(page.Changes);
                position = page.Next;
            }

            Assert.Equal(expected, found);
        }

        Assert.Equal(new([], null), (await Store.Changes.ReadAfterAsync(0, 1_000, "nobody", Cancel)) with { Changes = [] });
    }

    [Fact]
    public async Task Revision_EveryChange_GivesANewOne()
    {
        var webhook = await AddWebhookAsync();
        var delivery = await PublishAsync(webhook);
        var seen = new List<long> { delivery.Revision };
        async Task NoteAsync() => seen.Add((await GetAsync(delivery)).Revision);

        delivery = (await ClaimAsync(webhook)).Deliveries[0];
        await NoteAsync();
        await Store.Queue.ReleaseAsync([new Lease(delivery.Id, delivery.Fence)], TimeSpan.Zero, Cancel);
        await NoteAsync();
        await ClaimAsync(webhook);
        await NoteAsync();
        await RecoverAsync("node-2");
        await NoteAsync();
        await KillAsync((await ClaimAsync(webhook)).Deliveries[0]);
        await NoteAsync();
        await Store.Deliveries.RetryAsync(delivery.Id, Cancel);
        await NoteAsync();
        await Store.Deliveries.CancelAsync(delivery.Id, Cancel);
        await NoteAsync();

        Assert.Equal(seen.Order().Distinct(), seen);
        Assert.Equal(seen[^1], await ReadHeadAsync());
    }

    [Fact]
    public async Task Head_Reopened_GoesOn()
    {
        var webhook = await AddWebhookAsync();
        var delivery = (await SucceedAsync(await PublishAsync(webhook, leased: true)))!;
        var head = await ReadHeadAsync();

        await ReopenAsync();

        Assert.Equal(head, await ReadHeadAsync());
        Assert.Equal([delivery], await ReadAfterAsync(head - 1));
        Assert.Equal(head + 1, (await PublishAsync(webhook)).Revision);
    }

    [Fact]
    public async Task FindBefore_Times_PointBeforeTheFirstChangeFromThen()
    {
        var webhook = await AddWebhookAsync();
        var changes = new List<DeliveryRecord>();
        for (var i = 0; i < 40; i++)
        {
            changes.Add(await PublishAsync(webhook));
            Clock.Advance(TimeSpan.FromSeconds(i % 3));
        }

        foreach (var time in changes.Select(c => c.UpdateTime).Append(Now).Append(Now.AddDays(1)).Append(Now.AddDays(-1)))
        {
            var found = await Store.Changes.FindBeforeAsync(time, Cancel);
            Assert.Equal(changes.Where(c => c.UpdateTime >= time), await ReadAfterAsync(found));
        }
    }

    [Fact]
    public async Task ReadAfter_SomeUnderLease_AllInOrderUpToTheLimit()
    {
        var webhook = await AddWebhookAsync();
        var changes = new List<DeliveryRecord>();
        for (var i = 0; i < 30; i++)
        {
            var delivery = await PublishAsync(webhook, leased: i % 3 != 0);
            changes.Add(i % 3 == 1 ? (await SucceedAsync(delivery))! : delivery);
        }

        for (var limit = 1; limit < 32; limit += 5)
        {
            var read = new List<DeliveryRecord>();
            while (await ReadAfterAsync(read.Count == 0 ? 0 : read[^1].Revision, limit) is { Count: > 0 } page)
            {
                Assert.True(page.Count <= limit);
                read.AddRange(page);
            }

            Assert.Equal(changes, read);
        }
    }

    [Fact]
    public async Task FindBefore_SomeUnderLease_MissesNone()
    {
        var webhook = await AddWebhookAsync();
        var changes = new List<DeliveryRecord>();
        for (var i = 0; i < 20; i++)
        {
            changes.Add(await PublishAsync(webhook, leased: i % 4 == 0));
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        foreach (var time in changes.Select(c => c.UpdateTime))
        {
            var read = await ReadAfterAsync(await Store.Changes.FindBeforeAsync(time, Cancel));
            Assert.Equal(changes.Where(c => c.UpdateTime >= time), read);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FindBefore_ClockSteppedBack_MissesNothing(bool passes)
    {
        var webhook = await AddWebhookAsync();
        var changes = new List<DeliveryRecord>();
        foreach (var step in new[] { 60, -90, 10, 10, -5, 100, 10, -300, 1, 1, 1 })
        {
            Clock.AdjustTime(Clock.GetUtcNow().AddSeconds(step));
            changes.Add(await PublishAsync(webhook));
            if (passes)
            {
                // Nothing expires, but where the changes of a time begin can be noted.
                await RemoveAsync();
            }
        }

        foreach (var time in changes.Select(c => c.UpdateTime))
        {
            var read = await ReadAfterAsync(await Store.Changes.FindBeforeAsync(time, Cancel));
            Assert.Equal(changes.SkipWhile(c => c.UpdateTime < time), read);
        }
    }
}
