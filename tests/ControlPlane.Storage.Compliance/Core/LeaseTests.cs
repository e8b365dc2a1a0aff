namespace ControlPlane.Storage.Compliance;

/// <summary>Giving leases back, prolonging them, and taking them from holders that are gone.</summary>
public abstract class LeaseTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private static Lease LeaseOf(DeliveryRecord delivery) => new(delivery.Id, delivery.Fence);

    [Fact]
    public async Task Release_Held_WaitsAgainUnderANewFence()
    {
        var webhook = await AddWebhookAsync();
        var delivery = await PublishAsync(webhook, leased: true);
        var revision = await ReadHeadAsync();
        Clock.Advance(TimeSpan.FromSeconds(1));

        await Store.Queue.ReleaseAsync([LeaseOf(delivery)], TimeSpan.FromSeconds(3), Cancel);

        var released = await GetAsync(delivery);
        Assert.Equal(DeliveryState.Pending, released.State);
        Assert.Equal(Now.AddSeconds(3), released.NextAttemptTime);
        Assert.True(released.Fence > delivery.Fence);
        Assert.True(released.Revision > revision);
        Assert.Equal(Now, released.UpdateTime);
        Assert.Null(await SucceedAsync(delivery));
        Assert.Empty((await ClaimAsync(webhook)).Deliveries);
        Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Single((await ClaimAsync(webhook)).Deliveries);
    }

    [Fact]
    public async Task Release_AfterAnAttempt_IsRetryScheduled()
    {
        var webhook = await AddWebhookAsync();
        await FailAsync(await PublishAsync(webhook, leased: true), TimeSpan.Zero);
        var delivery = Assert.Single((await ClaimAsync(webhook)).Deliveries);

        await Store.Queue.ReleaseAsync([LeaseOf(delivery)], TimeSpan.Zero, Cancel);

        Assert.Equal(DeliveryState.RetryScheduled, (await GetAsync(delivery)).State);
    }

    [Fact]
    public async Task Release_StaleAmongHeld_IsSkipped()
    {
        var webhook = await AddWebhookAsync();
        var done = await PublishAsync(webhook, leased: true);
        var held = await PublishAsync(webhook, leased: true);
        await SucceedAsync(done);

        await Store.Queue.ReleaseAsync([LeaseOf(done), new Lease("dlv_unknown", 1), LeaseOf(held)], TimeSpan.Zero, Cancel);
        await Store.Queue.ReleaseAsync([], TimeSpan.Zero, Cancel);

        Assert.Equal(DeliveryState.Succeeded, (await GetAsync(done)).State);
        Assert.Equal(DeliveryState.Pending, (await GetAsync(held)).State);
    }

    [Fact]
    public async Task Extend_Held_ProlongsWithoutAChange()
    {
        var webhook = await AddWebhookAsync();
        var held = await PublishAsync(webhook, leased: true);
        var done = await PublishAsync(webhook, leased: true);
        await SucceedAsync(done);
        var head = await ReadHeadAsync();

        var stale = await Store.Queue.ExtendAsync([LeaseOf(held), LeaseOf(done)], TimeSpan.FromMinutes(10), Cancel);

        Assert.Equal([done.Id], stale);
        Assert.Equal(head, await ReadHeadAsync());
        Clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(0, await Store.Ownership.RecoverAsync(Cancel));
        Assert.NotNull(await SucceedAsync(held));
        Assert.Empty(await Store.Queue.ExtendAsync([], TimeSpan.Zero, Cancel));
    }

    [Fact]
    public async Task Recover_Expired_WaitsAgainDueNow()
    {
        var webhook = await AddWebhookAsync();
        var delivery = await PublishAsync(webhook, leased: true);
        Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, await Store.Ownership.RecoverAsync(Cancel));
        Clock.Advance(TimeSpan.FromMicroseconds(1));

        Assert.Equal(1, await Store.Ownership.RecoverAsync(Cancel));

        Assert.Equal(0, await Store.Ownership.RecoverAsync(Cancel));
        var recovered = await GetAsync(delivery);
        Assert.Equal((DeliveryState.Pending, Now), (recovered.State, recovered.NextAttemptTime!.Value));
        Assert.Null(await SucceedAsync(delivery));
        Assert.Single((await ClaimAsync(webhook)).Deliveries);
    }
}
