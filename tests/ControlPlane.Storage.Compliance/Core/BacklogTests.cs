namespace ControlPlane.Storage.Compliance;

/// <summary>Counting what has not ended.</summary>
public abstract class BacklogTests<TSource> : OrderingTest<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task CountBacklog_EveryWayInAndOut_IsCountedOnce()
    {
        var webhook = await AddWebhookAsync();
        await ExpectAsync(0);
        var one = await PublishAsync(webhook, leased: true);
        var two = await PublishAsync(webhook);
        var three = await PublishAsync(webhook);
        await ExpectAsync(3);

        await FailAsync(one, TimeSpan.FromSeconds(1));
        await ExpectAsync(3);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var claimed = (await ClaimAsync(webhook)).Deliveries;
        await ExpectAsync(3);
        await SucceedAsync(claimed.Single(d => d.Id == one.Id));
        await ExpectAsync(2);
        Assert.Null(await SucceedAsync(claimed.Single(d => d.Id == one.Id)));
        await KillAsync(claimed.Single(d => d.Id == two.Id));
        await ExpectAsync(1);
        await Store.Deliveries.CancelAsync(three.Id, Cancel);
        await ExpectAsync(0);
        await Store.Deliveries.RetryAsync(two.Id, Cancel);
        await ExpectAsync(1);
    }

    [Fact]
    public async Task CountBacklog_DeletedWebhook_EndsWithItsOrphans()
    {
        var webhook = await AddWebhookAsync();
        await PublishAsync(webhook);
        await PublishAsync(webhook);
        await Store.Webhooks.DeleteAsync(webhook.Id, null, Now, Cancel);
        while (await Store.Deliveries.CancelOrphansAsync(Cancel) > 0)
        {
        }

        await ExpectAsync(0);
    }

    [Fact]
    public async Task CountBacklog_SeveralTenants_AreToldApartAlsoAfterReopening()
    {
        await AddTenantAsync("other");
        var (here, there) = (await AddWebhookAsync(), await AddWebhookAsync("other"));
        await PublishAsync(here);
        await PublishAsync(there);
        await PublishAsync(there, leased: true);
        await SucceedAsync(await PublishAsync(there, leased: true));
        await AppendAsync(To(NewEvent(), leased: false));

        await ExpectAsync(1, 3);
        await ReopenAsync();
        await ExpectAsync(1, 3);
        Assert.Equal(new BacklogCount(2, 3), await Store.Queue.CountBacklogAsync("other", Cancel));
        Assert.Equal(new BacklogCount(0, 3), await Store.Queue.CountBacklogAsync("unknown", Cancel));
    }

    [Fact]
    public async Task CountBacklog_HeldInLine_IsCountedAlsoAfterReopening()
    {
        await PublishAsync(await AddWebhookAsync(), "key", 3);
        await ExpectAsync(3);
        await ReopenAsync();
        await ExpectAsync(3);
    }

    private Task ExpectAsync(long count) => ExpectAsync(count, count);

    private async Task ExpectAsync(long ofTenant, long ofAll) => Assert.Equal(
        new BacklogCount(ofTenant, ofAll), await Store.Queue.CountBacklogAsync(TenantRecord.DefaultId, Cancel));
}
