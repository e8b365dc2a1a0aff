namespace ControlPlane.Storage.Compliance;

/// <summary>How deliveries that were created after their event are found, and when they and the event expire.</summary>
public abstract class ReplayedDeliveryTests<TSource> : ReplayTest<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task List_EveryWay_ShowsThemWhereTheyWereCreated()
    {
        await AddTenantAsync("other");
        var (webhook, born) = (await AddWebhookAsync(), await AddWebhookAsync());
        var stored = await PublishToAsync(NewEvent("order.paid", instance: "i"), born);
        await PublishToAsync(NewEvent("user.new"), born);
        Clock.Advance(TimeSpan.FromHours(1));
        var since = Now;
        var later = (await FinishAsync(await StartAsync(For(webhook) with { EventTypes = ["order.*"] })))[0];
        Clock.Advance(TimeSpan.FromHours(1));
        await PublishToAsync(NewEvent("order.sent"), born);
        await PublishToAsync(NewEvent("order.paid", "other"), await AddWebhookAsync("other"));

        Assert.Equal([later.Id], await IdsAsync(new() { WebhookId = webhook.Id }));
        Assert.Equal(2, (await IdsAsync(new() { EventId = stored.Id })).Count());
        Assert.Equal(later.Id, (await IdsAsync(new() { EventId = stored.Id })).First());
        Assert.Equal([later.Id], await IdsAsync(new() { EventId = stored.Id, WebhookId = webhook.Id }));
        Assert.Equal(["order.sent", "order.paid", "user.new", "order.paid"], await TypesAsync(new() { TenantId = webhook.TenantId }));
        Assert.Equal(["order.paid", "order.sent", "order.paid", "user.new", "order.paid"], await TypesAsync(new()));
        Assert.Equal(["order.paid", "order.paid", "order.paid"], await TypesAsync(new() { EventTypes = ["order.paid"] }));
        Assert.Equal(2, (await IdsAsync(new() { Instance = "i" })).Count());
        Assert.Equal([later.Id], await IdsAsync(new() { TenantId = webhook.TenantId, CreatedAfter = since, CreatedBefore = since + Moment }));
        Assert.Equal([later.Id], await IdsAsync(new() { EventTypes = ["order.paid"], CreatedAfter = since, CreatedBefore = since + Moment }));

        async Task<IEnumerable<string>> IdsAsync(DeliveryQuery query) => (await ListAsync(query)).Select(delivery => delivery.Id);
        async Task<IEnumerable<string>> TypesAsync(DeliveryQuery query) => (await ListAsync(query with { Limit = 1 })).Select(delivery => delivery.EventType);
    }

    [Fact]
    public async Task List_LastDeliveriesAreLater_StillShowsNewerEvents()
    {
        var (webhook, born) = (await AddWebhookAsync(), await AddWebhookAsync());
        await PublishToAsync(NewEvent("a.old"), born);
        var replay = await StartAsync(For(webhook));
        await PublishToAsync(NewEvent("a.new"), born);
        await FinishAsync(replay);

        Assert.Equal(["a.old", "a.new", "a.old"], (await ListAsync(new() { TenantId = webhook.TenantId, Limit = 1 })).Select(each => each.EventType));
        Assert.Equal(["a.new"], (await ListAsync(new() { EventTypes = ["a.new"] })).Select(each => each.EventType));
    }

    [Fact]
    public async Task ChangeFeed_ShowsThem()
    {
        var webhook = await AddWebhookAsync();
        await PublishToAsync(NewEvent());
        var head = await ReadHeadAsync();

        var later = Assert.Single(await FinishAsync(await StartAsync(For(webhook))));

        Assert.Equal(later, Assert.Single(await Store.Changes.ReadAfterAsync(head, 10, Cancel)));
    }

    [Fact]
    public async Task Redrive_OfTheEvent_TakesThemToo()
    {
        var (webhook, born) = (await AddWebhookAsync(), await AddWebhookAsync());
        var stored = await PublishToAsync(NewEvent(), born);
        await ReplayOneAsync(webhook, stored);
        await KillAsync(Assert.Single((await ClaimAsync(webhook)).Deliveries));
        var filter = new DeliveryFilter { EventId = stored.Id, States = [DeliveryState.Dead] };

        Assert.Equal(1, (await Store.Redrives.CountAsync(filter, Cancel))!.Count);
    }

    [Fact]
    public async Task Retention_UnfinishedOne_KeepsEventAndPayload()
    {
        var webhook = await AddWebhookAsync();
        var stored = await PublishToAsync(NewEvent());
        var later = await ReplayOneAsync(webhook, stored);

        Clock.Advance(MetadataAge + Moment);
        Assert.Equal(new Removed { Redrives = 1 }, await RemoveAsync());
        Assert.Equal((true, true, true), await LookAsync(later));

        await SucceedAsync(Assert.Single((await ClaimAsync(webhook)).Deliveries));
        Assert.Equal(new Removed { Payloads = 1 }, await RemoveAsync());
        Assert.Equal((true, true, false), await LookAsync(later));

        Clock.Advance(MetadataAge + Moment);
        await RemoveAsync();
        Assert.Equal((false, false, false), await LookAsync(later));
        Assert.Empty(await ListAsync(new() { EventId = stored.Id }));
        Assert.Empty(await ListAsync(new()));
    }

    [Fact]
    public async Task Retention_BornOneExpiredBefore_KeepsTheEventForTheLaterOne()
    {
        var (webhook, born) = (await AddWebhookAsync(), await AddWebhookAsync());
        var first = await DeliverAsync(born);
        Clock.Advance(TimeSpan.FromDays(5));
        await FinishAsync(await StartAsync(For(webhook)));
        var later = (await SucceedAsync(Assert.Single((await ClaimAsync(webhook)).Deliveries)))!;

        Clock.Advance(MetadataAge - TimeSpan.FromDays(5) + Moment);
        await RemoveAsync();
        Assert.Equal((false, true, false), await LookAsync(first));
        Assert.Equal((true, true, false), await LookAsync(later));
        Assert.Equal([later.Id], (await ListAsync(new() { TenantId = webhook.TenantId })).Select(each => each.Id));

        Clock.Advance(TimeSpan.FromDays(5));
        Assert.Equal(new Removed { Deliveries = 1, Events = 1, Redrives = 1 }, (await RemoveAsync()) with { InternedTexts = 0 });
        Assert.Equal((false, false, false), await LookAsync(later));
    }

    [Fact]
    public async Task Retention_DeadLetter_KeepsThePayloadAsOthersDo()
    {
        var webhook = await AddWebhookAsync();
        var stored = await PublishToAsync(NewEvent());
        await ReplayOneAsync(webhook, stored);
        var later = (await KillAsync(Assert.Single((await ClaimAsync(webhook)).Deliveries)))!;

        Clock.Advance(MetadataAge + Moment);
        await RemoveAsync(deadLetters: 1);
        Assert.Equal((true, true, true), await LookAsync(later));
        await RemoveAsync(deadLetters: 0);
        Assert.Equal((false, false, false), await LookAsync(later));
    }

    [Fact]
    public async Task Read_PayloadGone_IsNotFound()
    {
        var webhook = await AddWebhookAsync();
        await PublishToAsync(NewEvent());
        var replay = await StartAsync(For(webhook));
        var step = await ReadStepAsync(replay, 10);
        Clock.Advance(PayloadAge + Moment);
        await RemoveAsync();

        Assert.Empty(await ReadAllAsync(For(webhook), onlyMissing: false));
        Assert.Equal((RedriveState.Done, 1, 0, 1), Summary((await Store.Replays.StepAsync(step, Cancel))!.Redrive));
    }

    [Fact]
    public async Task Reopened_TheyAreSentAndFoundAsBefore()
    {
        var webhook = await AddWebhookAsync();
        var stored = await PublishToAsync(NewEvent());
        var later = await ReplayOneAsync(webhook, stored);

        await ReopenAsync();

        Assert.Equal([later.Id], (await ListAsync(new() { EventId = stored.Id })).Select(each => each.Id));
        Assert.Empty(await ReadAllAsync(For(webhook)));
        Assert.Equal([later.Id], (await ClaimAsync(webhook)).Deliveries.Select(each => each.Id));
    }
}
