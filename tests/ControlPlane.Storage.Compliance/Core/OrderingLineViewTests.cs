namespace ControlPlane.Storage.Compliance;

/// <summary>How deliveries that are behind others of their ordering key are found, and what becomes of them without their webhook.</summary>
public abstract class OrderingLineViewTests<TSource> : OrderingTest<TSource>
    where TSource : StoreSource, new()
{
    private static readonly TimeSpan Delay = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task FindAhead_Block_TellsTheOneThatIsNotDone()
    {
        var webhook = await AddWebhookAsync();
        var line = await PublishAsync(webhook, "a", 3);

        Assert.Null(await FindAheadAsync(line[0]));
        Assert.Equal(line[0].Id, (await FindAheadAsync(line[2]))!.Id);
        await FailAsync(line[0], Delay);
        Assert.Equal(await GetAsync(line[0]), await FindAheadAsync(line[1]));
        Assert.Null(await FindAheadAsync(line[0]));
        await Store.Deliveries.CancelAsync(line[0].Id, Cancel);
        Assert.Null(await FindAheadAsync(line[1]));
        Assert.Equal(line[1].Id, (await FindAheadAsync(line[2]))!.Id);
        Assert.Null(await FindAheadAsync(line[0]));
    }

    [Fact]
    public async Task FindAhead_Park_NamesNoneThatStepsAside()
    {
        var webhook = await AddWebhookAsync(HeadOfLine.Park);
        var line = await PublishAsync(webhook, "a", 3);
        await FailAsync(line[0], Delay);

        Assert.Null(await FindAheadAsync(line[0]));
        Assert.Null(await FindAheadAsync(line[1]));
        Assert.Equal(line[1].Id, (await FindAheadAsync(line[2]))!.Id);
        await ClaimOneAsync(webhook);
        Assert.Null(await FindAheadAsync(line[0]));
        Clock.Advance(Delay);
        Assert.Equal(line[1].Id, (await FindAheadAsync(line[0]))!.Id);
    }

    [Fact]
    public async Task FindAhead_NoLine_IsNone()
    {
        var webhook = await AddWebhookAsync();
        var delivery = await PublishAsync(webhook);
        await PublishAsync(webhook);

        Assert.Null(await FindAheadAsync(delivery));
        Assert.Null(await Store.Deliveries.FindAheadAsync("dlv_unknown", Cancel));
    }

    [Fact]
    public async Task List_Waiting_HasThoseBehind()
    {
        var webhook = await AddWebhookAsync();
        var line = await PublishAsync(webhook, "a", 3);
        await PublishAsync(await AddWebhookAsync(), "a", 1);

        var query = new DeliveryQuery { States = [DeliveryState.Pending] };

        Assert.Equal([line[2], line[1]], await ListAsync(query));
        Assert.Equal([line[2], line[1]], await ListAsync(query with { WebhookId = webhook.Id }));
        Assert.Equal([line[2], line[1]], await ListAsync(query with { EventTypes = ["order.*"] }));
    }

    [Fact]
    public async Task ListWaiting_OnlyThoseBehind_TellsOfNone()
    {
        var webhook = await AddWebhookAsync();
        var line = await PublishAsync(webhook, "a", 2);

        Assert.Empty(await Store.Queue.ListWaitingAsync(Cancel));
        await SucceedAsync(line[0]);
        Assert.Equal([new WaitingWebhook(webhook.TenantId, webhook.Id, Now)], await Store.Queue.ListWaitingAsync(Cancel));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CancelOrphans_ALine_CancelsAllThatIsNotInFlight(bool leased)
    {
        var webhook = await AddWebhookAsync();
        var line = await PublishAsync(webhook, "a", 3, leased);
        await Store.Webhooks.DeleteAsync(webhook.Id, null, Now, Cancel);

        Assert.Equal(leased ? 2 : 3, await Store.Deliveries.CancelOrphansAsync(Cancel));
        Assert.Equal(0, await Store.Deliveries.CancelOrphansAsync(Cancel));

        Assert.Equal(leased ? DeliveryState.InFlight : DeliveryState.Cancelled, (await GetAsync(line[0])).State);
        var last = await GetAsync(line[2]);
        Assert.Equal((DeliveryState.Cancelled, EndReason.WebhookDeleted), (last.State, last.EndReason));
        Assert.Null(last.NextAttemptTime);
    }

    [Fact]
    public async Task Changes_WaitingInLine_IsNoChange()
    {
        var webhook = await AddWebhookAsync();
        var line = await PublishAsync(webhook, "a", 2);
        var head = await ReadHeadAsync();

        await SucceedAsync(line[0]);

        var change = Assert.Single(await Store.Changes.ReadAfterAsync(head, 10, Cancel));
        Assert.Equal((line[0].Id, "a"), (change.Id, change.OrderingKey));
    }
}
