namespace ControlPlane.Storage.Compliance;

/// <summary>Retention, the change feed and clocks that are set.</summary>
public abstract class RetentionOrderTests<TSource> : RetentionTest<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Remove_Deliveries_RaisesTheFloorToTheLastOfThem()
    {
        var webhook = await AddWebhookAsync();
        var first = await DeliverAsync(webhook);
        var second = await DeliverAsync(webhook);
        Clock.Advance(MetadataAge + Moment);
        var third = await DeliverAsync(webhook);
        Assert.Equal(0, await Store.Changes.GetFloorAsync(Cancel));

        var floors = new List<long>();
        await foreach (var step in Store.Maintenance.RemoveExpiredAsync(Terms(batch: 1), Cancel))
        {
            if (step.Deliveries > 0)
            {
                floors.Add(await Store.Changes.GetFloorAsync(Cancel));
            }
        }

        Assert.Equal([first.Revision, second.Revision], floors);
        Assert.Equal([third], await Store.Changes.ReadAfterAsync(floors[^1], 10, Cancel));
        Assert.InRange(await Store.Changes.FindBeforeAsync(DateTimeOffset.UnixEpoch, Cancel), floors[^1], third.Revision - 1);
        await ReopenAsync();
        Assert.Equal(second.Revision, await Store.Changes.GetFloorAsync(Cancel));
    }

    [Fact]
    public async Task Remove_ChangedLate_DoesNotRaiseTheFloorOverYoungChanges()
    {
        var webhook = await AddWebhookAsync();
        var waiting = await PublishAsync(webhook);
        var old = await DeliverAsync(webhook);
        Clock.Advance(MetadataAge + Moment);
        await SucceedAsync((await ClaimAsync(webhook)).Deliveries[0]);

        await RemoveAsync();

        // The oldest delivery changed last: what was published before it is gone, and no token but older ones than that expires.
        Assert.Equal(old.Revision, await Store.Changes.GetFloorAsync(Cancel));
        Assert.Equal((true, true, false), await LookAsync(waiting));
    }

    [Fact]
    public async Task Remove_Everything_RevisionsAndPositionsGoOn()
    {
        var webhook = await AddWebhookAsync();
        var last = await DeliverAsync(webhook);
        var page = await Store.Events.ListAsync(new EventQuery { Limit = 1 }, Cancel);
        Assert.Single(page.Items);
        Clock.Advance(MetadataAge + Moment);
        await RemoveAsync();
        await ReopenAsync();

        var next = await PublishAsync(webhook);

        Assert.Equal(last.Revision, await Store.Changes.GetFloorAsync(Cancel));
        Assert.Equal(last.Revision + 1, next.Revision);
        Assert.Equal([next], await Store.Changes.ReadAfterAsync(last.Revision, 10, Cancel));
    }

    [Fact]
    public async Task Remove_StoredWhileTheClockWasBehind_DoesNotGoEarly()
    {
        var webhook = await AddWebhookAsync();
        var before = await DeliverAsync(webhook);
        Clock.AdjustTime(Clock.GetUtcNow() - MetadataAge - MetadataAge);
        var behind = await DeliverAsync(webhook);
        Clock.Advance(MetadataAge + MetadataAge + MetadataAge);

        Assert.Equal(new Removed { Payloads = 2 }, await RemoveAsync());

        Clock.Advance(Moment);
        Assert.Equal(new Removed { Deliveries = 2, Events = 2 }, await RemoveAsync());
        Assert.Equal((false, false, false), await LookAsync(before));
        Assert.Equal((false, false, false), await LookAsync(behind));
    }

    [Fact]
    public async Task Remove_StoredWhileTheClockWasAhead_StaysAndHoldsNothingUp()
    {
        var webhook = await AddWebhookAsync();
        Clock.Advance(TimeSpan.FromDays(1_000));
        var ahead = await DeliverAsync(webhook);
        Clock.AdjustTime(Clock.GetUtcNow() - TimeSpan.FromDays(1_000));
        var after = await DeliverAsync(webhook);
        Clock.Advance(MetadataAge + Moment);

        Assert.Equal(new Removed { Payloads = 1, Deliveries = 1, Events = 1 }, await RemoveAsync());
        Assert.Equal((true, true, true), await LookAsync(ahead));
        Assert.Equal((false, false, false), await LookAsync(after));

        Clock.Advance(TimeSpan.FromDays(1_000));
        Assert.Equal(new Removed { Payloads = 1, Deliveries = 1, Events = 1 }, await RemoveAsync());
    }

    [Fact]
    public async Task Remove_WhileEverybodyWrites_NothingYoungIsLost()
    {
        var webhook = await AddWebhookAsync();
        for (var i = 0; i < 200; i++)
        {
            await DeliverAsync(webhook);
        }

        Clock.Advance(MetadataAge + Moment);
        var young = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            async () =>
            {
                var made = new List<DeliveryRecord>();
                for (var i = 0; i < 25; i++)
                {
                    made.Add((await SucceedAsync(await PublishAsync(webhook, leased: true)))!);
                }

                return made;
            },
            Cancel)));

        Assert.Equal(new Removed { Payloads = 200, Deliveries = 200, Events = 200 }, await RemoveAsync(batch: 10));

        var expected = (await young).SelectMany(made => made).OrderBy(delivery => delivery.Revision);
        Assert.Equal(expected, (await ListAsync(new())).OrderBy(delivery => delivery.Revision));
        var floor = await Store.Changes.GetFloorAsync(Cancel);
        Assert.Equal(200, (await Store.Changes.ReadAfterAsync(floor, 1_000, Cancel)).Count);
    }
}
