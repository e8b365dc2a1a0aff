namespace ControlPlane.Storage.Compliance;

/// <summary>Claiming due deliveries, and knowing where some wait.</summary>
public abstract class ClaimTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Claim_Due_LeasesEarliestFirst()
    {
        var webhook = await AddWebhookAsync();
        var late = await PublishAsync(webhook, leased: true);
        var early = await PublishAsync(webhook, leased: true);
        await FailAsync(late, TimeSpan.FromSeconds(20));
        await FailAsync(early, TimeSpan.FromSeconds(10));
        Clock.Advance(TimeSpan.FromSeconds(30));
        var last = await PublishAsync(webhook);

        var claimed = await ClaimAsync(webhook);

        Assert.Equal([early.Id, late.Id, last.Id], claimed.Deliveries.Select(d => d.Id));
        Assert.Null(claimed.NextDue);
        Assert.All(claimed.Deliveries, d =>
        {
            Assert.Equal(DeliveryState.InFlight, d.State);
            Assert.Null(d.NextAttemptTime);
            Assert.Equal(Now, d.UpdateTime);
        });
        Assert.Equal([2, 2, 1], claimed.Deliveries.Select(d => d.Fence));
        Assert.Equal(claimed.Deliveries[0], await GetAsync(early));
    }

    [Fact]
    public async Task Claim_SameDueTime_FirstPublishedFirst()
    {
        var webhook = await AddWebhookAsync();
        var published = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            published.Add((await PublishAsync(webhook)).Id);
        }

        Assert.Equal(published, (await ClaimAsync(webhook)).Deliveries.Select(d => d.Id));
    }

    [Fact]
    public async Task Claim_NotDueYet_TellsWhenTheNextIs()
    {
        var webhook = await AddWebhookAsync();
        await FailAsync(await PublishAsync(webhook, leased: true), TimeSpan.FromSeconds(10));
        var due = Now.AddSeconds(10);

        var early = await ClaimAsync(webhook);
        Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Empty(early.Deliveries);
        Assert.Equal(due, early.NextDue);
        Assert.Single((await ClaimAsync(webhook)).Deliveries);
    }

    [Fact]
    public async Task Claim_MoreDueThanAsked_TakesTheLimitAndTellsTheNext()
    {
        var webhook = await AddWebhookAsync();
        for (var i = 0; i < 3; i++)
        {
            await PublishAsync(webhook);
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var claimed = await ClaimAsync(webhook, limit: 2);

        Assert.Equal(2, claimed.Deliveries.Count);
        Assert.Equal(Now.AddSeconds(-1), claimed.NextDue);
        Assert.Single((await ClaimAsync(webhook, limit: 2)).Deliveries);
    }

    [Fact]
    public async Task Claim_OtherWebhooksDeliveries_AreLeftAlone()
    {
        var webhook = await AddWebhookAsync();
        await PublishAsync(await AddWebhookAsync());

        var claimed = await ClaimAsync(webhook);

        Assert.Empty(claimed.Deliveries);
        Assert.Null(claimed.NextDue);
    }

    [Fact]
    public async Task Claim_AtOnce_NoDeliveryTwice()
    {
        var webhook = await AddWebhookAsync();
        await AppendAsync([.. Enumerable.Range(0, 100).Select(_ => To(NewEvent(), leased: false, webhook))]);

        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => ClaimAsync(webhook, 7, $"node-{i}")));

        var ids = claims.SelectMany(claim => claim.Deliveries).Select(d => d.Id).ToList();
        Assert.Equal(100, ids.Count);
        Assert.Equal(100, ids.Distinct().Count());
    }

    [Fact]
    public async Task Claim_UnknownOrDeletedWebhook_TakesNothing()
    {
        var webhook = await AddWebhookAsync();
        await PublishAsync(webhook);
        await Store.Webhooks.DeleteAsync(webhook.Id, null, Now, Cancel);

        Assert.Equal(new ClaimResult([], null), await ClaimAsync(webhook) with { Deliveries = [] });
        Assert.Empty((await ClaimAsync(webhook)).Deliveries);
        Assert.Empty((await ClaimAsync(webhook with { Id = "wh_unknown" })).Deliveries);
    }

    [Fact]
    public async Task ListWaiting_SeveralWebhooks_TellsTheEarliestOfEach()
    {
        await AddTenantAsync("other");
        var first = await AddWebhookAsync();
        var second = await AddWebhookAsync("other");
        var idle = await AddWebhookAsync();
        var deleted = await AddWebhookAsync();
        await FailAsync(await PublishAsync(first, leased: true), TimeSpan.FromSeconds(50));
        await FailAsync(await PublishAsync(first, leased: true), TimeSpan.FromSeconds(40));
        await PublishAsync(second);
        await PublishAsync(second);
        await PublishAsync(idle, leased: true);
        await PublishAsync(deleted);
        await Store.Webhooks.DeleteAsync(deleted.Id, null, Now, Cancel);

        var waiting = await Store.Queue.ListWaitingAsync(Cancel);

        Assert.Equal(
            [
                new WaitingWebhook(TenantRecord.DefaultId, first.Id, Now.AddSeconds(40)),
                new WaitingWebhook("other", second.Id, Now),
            ],
            waiting.OrderBy(w => w.WebhookId, StringComparer.Ordinal));
    }

    [Fact]
    public async Task ListWaiting_NewStore_IsEmpty() => Assert.Empty(await Store.Queue.ListWaitingAsync(Cancel));
}
