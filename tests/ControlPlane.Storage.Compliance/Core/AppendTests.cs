namespace ControlPlane.Storage.Compliance;

/// <summary>Appending events with their deliveries.</summary>
public abstract class AppendTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Append_NewEvent_AnswersEventAndDeliveriesAsStored()
    {
        var webhook = await AddWebhookAsync();
        var stored = NewEvent(instance: "inst-1") with
        {
            Labels = new Dictionary<string, string> { ["a"] = "ä" },
            ContentType = "text/plain",
            Trace = new("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "vendor=a:b,other=1 2"),
        };

        var appended = Assert.Single(await AppendAsync(To(stored, leased: false, webhook)));

        Assert.False(appended.Duplicate);
        Assert.Null(appended.Event.Payload);
        Assert.Equal(1, appended.Event.DeliveryCount);
        var delivery = Assert.Single(appended.Deliveries);
        Assert.Equal(
            new DeliveryRecord
            {
                Id = delivery.Id,
                EventId = stored.Id,
                WebhookId = webhook.Id,
                TenantId = TenantRecord.DefaultId,
                EventType = stored.Type,
                Instance = "inst-1",
                State = DeliveryState.Pending,
                Trigger = DeliveryTrigger.Publish,
                RoundStartTime = Now,
                NextAttemptTime = Now,
                Revision = await ReadHeadAsync(),
                CreateTime = Now,
                UpdateTime = Now,
            },
            delivery);
        Assert.Equal(delivery, await GetAsync(delivery));
        var found = Assert.Single(await Store.Events.FindAsync(stored.Id, TenantRecord.DefaultId, Cancel));
        Assert.Equivalent(stored with { DeliveryCount = 1 }, found, strict: true);
    }

    [Fact]
    public async Task Append_Leased_IsBornInFlightWithFenceOne()
    {
        var webhook = await AddWebhookAsync();

        var delivery = await PublishAsync(webhook, leased: true);

        Assert.Equal(DeliveryState.InFlight, delivery.State);
        Assert.Equal(1, delivery.Fence);
        Assert.Null(delivery.NextAttemptTime);
        Assert.Equal(delivery, await GetAsync(delivery));
        Assert.Empty((await ClaimAsync(webhook)).Deliveries);
        Assert.NotNull(await SucceedAsync(delivery));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    public async Task Append_AnyBytes_ReadBackEqual(int size)
    {
        var payload = new byte[size];
        new Random(size).NextBytes(payload);

        await AppendAsync(To(NewEvent() with { Id = "evt_bytes", Payload = payload }, leased: false));

        Assert.Equal(payload, Assert.Single(await Store.Events.FindAsync("evt_bytes", null, Cancel)).Payload);
    }

    [Fact]
    public async Task FindMany_SomeUnknown_AnswersTheOthersInOrderUntilTheBytesAreReached()
    {
        foreach (var id in new[] { "evt_a", "evt_b", "evt_c" })
        {
            await AppendAsync(To(NewEvent() with { Id = id, Payload = new byte[100] }, leased: false));
        }

        string[] ids = ["evt_c", "evt_unknown", "evt_a", "evt_b"];
        async Task<IEnumerable<string>> FindAsync(long maxBytes, string tenant = TenantRecord.DefaultId) =>
            (await Store.Events.FindManyAsync(ids, tenant, maxBytes, Cancel)).Select(e => e.Id);

        Assert.Equal(["evt_c", "evt_a", "evt_b"], await FindAsync(1000));
        Assert.Equal(["evt_c", "evt_a"], await FindAsync(101));
        Assert.Equal(["evt_c"], await FindAsync(100));
        Assert.Empty(await FindAsync(1000, "ten_other"));
        Assert.Equal(new byte[100], (await Store.Events.FindManyAsync(ids, TenantRecord.DefaultId, 1, Cancel)).Single().Payload);
    }

    [Fact]
    public async Task Append_ManyEventsAndWebhooks_AnswersAllInOrder()
    {
        WebhookRecord[] webhooks = [await AddWebhookAsync(), await AddWebhookAsync(), await AddWebhookAsync()];
        var events = Enumerable.Range(0, 50).Select(i => To(NewEvent($"type.{i}"), leased: i % 2 == 0, webhooks)).ToArray();

        var appended = await AppendAsync(events);

        Assert.Equal(events.Select(e => e.Event.Id), appended.Select(a => a.Event.Id));
        Assert.All(appended, a => Assert.Equal(webhooks.Select(w => w.Id), a.Deliveries.Select(d => d.WebhookId)));
        var revisions = appended.SelectMany(a => a.Deliveries).Select(d => d.Revision).ToList();
        Assert.Equal(revisions.Order().Distinct(), revisions);
        Assert.Equal(await ReadHeadAsync(), revisions[^1]);
    }

    [Fact]
    public async Task Append_NoDeliveries_StoresTheEvent()
    {
        var stored = NewEvent();

        Assert.Empty((await AppendAsync(To(stored, leased: false)))[0].Deliveries);

        Assert.Equal(0, Assert.Single(await Store.Events.FindAsync(stored.Id, null, Cancel)).DeliveryCount);
    }

    [Fact]
    public async Task Append_UnknownTenant_StoresNothing()
    {
        var stored = NewEvent(tenant: "nobody");

        Assert.IsType<AppendResult.TenantNotFound>(await TryAppendAsync(To(stored, leased: false)));

        Assert.Empty(await Store.Events.FindAsync(stored.Id, null, Cancel));
    }

    [Fact]
    public async Task Append_ConfigChangedSince_StoresNothing()
    {
        var webhook = await AddWebhookAsync();
        var version = await ReadConfigVersionAsync();
        await AddWebhookAsync();
        var stored = To(NewEvent(), leased: false, webhook);

        var result = await Store.Events.AppendAsync(
            new AppendRequest(TenantRecord.DefaultId, version, [stored], Owner, TimeSpan.Zero), Cancel);

        Assert.IsType<AppendResult.StaleConfig>(result);
        Assert.Empty(await Store.Events.FindAsync(stored.Event.Id, null, Cancel));
        Assert.Empty(await ListAsync(new DeliveryQuery()));
        Assert.Equal(0, await ReadHeadAsync());
    }

    [Fact]
    public async Task Append_WebhookOfAnotherTenant_IsAnErrorAndStoresNothing()
    {
        await AddTenantAsync("other");
        var foreign = await AddWebhookAsync("other");
        var good = To(NewEvent(), leased: false);
        var bad = To(NewEvent(), leased: false, foreign);

        await Assert.ThrowsAsync<ArgumentException>(() => AppendAsync(good, bad));

        Assert.Empty(await Store.Events.FindAsync(good.Event.Id, null, Cancel));
        Assert.Equal(0, await ReadHeadAsync());
    }

    [Fact]
    public async Task Find_SameIdInTwoTenants_TellsThemApart()
    {
        await AddTenantAsync("other");
        await AppendAsync(To(NewEvent() with { Id = "evt_1", Payload = [1] }, leased: false));
        await AppendAsync(To(NewEvent(tenant: "other") with { Id = "evt_1", Payload = [2] }, leased: false));

        Assert.Equal(2, (await Store.Events.FindAsync("evt_1", null, Cancel)).Count);
        Assert.Equal([2], Assert.Single(await Store.Events.FindAsync("evt_1", "other", Cancel)).Payload!);
        Assert.Empty(await Store.Events.FindAsync("evt_1", "third", Cancel));
    }
}
