namespace ControlPlane.Storage.Compliance;

/// <summary>Creating deliveries of events that were stored before.</summary>
public abstract class ReplayTests<TSource> : ReplayTest<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Step_OldEvents_CreatesDeliveriesOfNowOldestFirst()
    {
        var other = await AddWebhookAsync();
        EventRecord[] events =
            [await PublishToAsync(NewEvent(instance: "i") with { OrderingKey = "k" }, other), await PublishToAsync(NewEvent(), other), await PublishToAsync(NewEvent())];
        Clock.Advance(TimeSpan.FromHours(1));
        var webhook = await AddWebhookAsync();
        var replay = await StartAsync(For(webhook));
        var backlog = (await Store.Queue.CountBacklogAsync(webhook.TenantId, Cancel)).OfTenant;

        var first = await StepAsync(replay, 2);
        var last = await StepAsync(first.Redrive, 2);

        var created = first.Retried[0];
        Assert.Equal(
            new DeliveryRecord
            {
                Id = created.Id,
                EventId = events[0].Id,
                WebhookId = webhook.Id,
                TenantId = webhook.TenantId,
                EventType = events[0].Type,
                Instance = "i",
                OrderingKey = "k",
                State = DeliveryState.Pending,
                Trigger = DeliveryTrigger.Redrive,
                RoundStartTime = Now,
                NextAttemptTime = Now,
                Revision = created.Revision,
                CreateTime = Now,
                UpdateTime = Now,
            },
            created);
        Assert.Equal(created, await GetAsync(created));
        Assert.Equal((RedriveState.Running, 3, 2, 0), Summary(first.Redrive));
        Assert.Equal((RedriveState.Done, 3, 3, 0), Summary(last.Redrive));
        Assert.Equal(events.Select(each => each.Id), EventIds([.. first.Retried, .. last.Retried]));
        Assert.Equal(events.Select(each => each.Id), EventIds((await ClaimAsync(webhook)).Deliveries));
        Assert.Equal(backlog + 3, (await Store.Queue.CountBacklogAsync(webhook.TenantId, Cancel)).OfTenant);
        Assert.Equivalent(last.Redrive, await Store.Redrives.GetAsync(replay.Id, Cancel), strict: true);
    }

    [Fact]
    public async Task Read_EventsWithADelivery_AreLeftOutIfAsked()
    {
        var (webhook, other) = (await AddWebhookAsync(), await AddWebhookAsync());
        await PublishToAsync(NewEvent(), other, webhook);
        var missing = await PublishToAsync(NewEvent(), other);
        await PublishToAsync(NewEvent(), webhook);
        var created = await ReplayOneAsync(webhook, missing);

        Assert.Empty(await ReadAllAsync(For(webhook)));
        Assert.Equal(3, (await ReadAllAsync(For(webhook), onlyMissing: false)).Count);
        Assert.Empty(await FinishAsync(await StartAsync(For(webhook))));
        var again = await FinishAsync(await StartAsync(For(webhook), onlyMissing: false));
        Assert.Equal(3, again.Count);
        Assert.Equal(2, (await ListAsync(new() { EventId = missing.Id, WebhookId = webhook.Id })).Count);
        Assert.DoesNotContain(created.Id, again.Select(delivery => delivery.Id));
    }

    [Fact]
    public async Task Read_Filter_FindsByTypeInstanceAndTimeOfOneTenant()
    {
        await AddTenantAsync("other");
        var webhook = await AddWebhookAsync();
        var early = await PublishToAsync(NewEvent("order.paid", instance: "a"));
        Clock.Advance(TimeSpan.FromMinutes(1));
        var middle = (await PublishToAsync(NewEvent("order.paid", instance: "b")), await PublishToAsync(NewEvent("order.sent", instance: "a")));
        await PublishToAsync(NewEvent("order.paid", "other"));
        Clock.Advance(TimeSpan.FromMinutes(1));
        var late = await PublishToAsync(NewEvent("user.new", instance: "a"));
        var all = For(webhook);

        Assert.Equal([early.Id, middle.Item1.Id, middle.Item2.Id, late.Id], await IdsAsync(all));
        Assert.Equal([early.Id, middle.Item1.Id], await IdsAsync(all with { EventTypes = ["order.paid"] }));
        Assert.Equal([early.Id, middle.Item1.Id, middle.Item2.Id], await IdsAsync(all with { EventTypes = ["order.*"] }));
        Assert.Equal([early.Id, middle.Item2.Id, late.Id], await IdsAsync(all with { Instance = "a" }));
        Assert.Equal([middle.Item1.Id, middle.Item2.Id], await IdsAsync(all with { CreatedAfter = middle.Item1.CreateTime, CreatedBefore = late.CreateTime }));
        Assert.Empty(await IdsAsync(all with { EventTypes = ["nothing"] }));
        Assert.All(await ReadAllAsync(all), found => Assert.Null(found.Payload));
        Assert.All(await ReadAllAsync(all, withPayloads: true), found => Assert.Equal("{\"n\":1}"u8.ToArray(), found.Payload));

        async Task<IEnumerable<string>> IdsAsync(DeliveryFilter filter) => (await ReadAllAsync(filter)).Select(found => found.Id);
    }

    [Fact]
    public async Task Read_LargePayloads_EndsBeforeTheyAreTooMany()
    {
        var webhook = await AddWebhookAsync();
        for (var i = 0; i < 3; i++)
        {
            await PublishToAsync(NewEvent() with { Payload = new byte[3 << 20] });
        }

        var end = (await Store.Replays.BeginAsync(webhook.TenantId, Cancel))!.End;
        var stretch = await Store.Replays.ReadAsync(new EventWalk(For(webhook), true, WithPayloads: true, 0, end, 100), Cancel);

        Assert.Equal(2, stretch.Events.Count);
        Assert.Equal(3, (await ReadAllAsync(For(webhook), withPayloads: true, limit: 100)).Count);
    }

    [Fact]
    public async Task Step_ReopenedInTheMiddle_GoesOnAndSkipsNone()
    {
        var webhook = await AddWebhookAsync();
        var events = new List<EventRecord>();
        for (var i = 0; i < 5; i++)
        {
            events.Add(await PublishToAsync(NewEvent()));
        }

        var replay = await StartAsync(For(webhook) with { EventTypes = ["order.*"] }, wanted: "true");
        await StepAsync(replay, 2);
        await ReopenAsync();
        var running = Assert.Single(await Store.Redrives.ListRunningAsync(Cancel));
        Assert.Equivalent(replay with { Retried = 2 }, running with { UpdateTime = replay.UpdateTime }, strict: true);
        await FinishAsync(running, limit: 2);

        Assert.Equal((RedriveState.Done, 5, 5, 0), Summary(await Store.Redrives.GetAsync(replay.Id, Cancel)));
        Assert.Equal(events.Select(each => each.Id).Order(), EventIds(await ListAsync(new() { WebhookId = webhook.Id })).Order());
    }

    [Fact]
    public async Task Step_Repeated_CreatesNothingTwice()
    {
        var webhook = await AddWebhookAsync();
        await PublishToAsync(NewEvent());
        await PublishToAsync(NewEvent());
        var replay = await StartAsync(For(webhook), onlyMissing: false);
        var step = await ReadStepAsync(replay, 1);

        var done = await Store.Replays.StepAsync(step, Cancel);
        var again = await Store.Replays.StepAsync(step, Cancel);

        Assert.Single(done!.Retried);
        Assert.Empty(again!.Retried);
        Assert.Equal((RedriveState.Running, 2, 1, 0), Summary(again.Redrive));
        Assert.Single(await ListAsync(new() { WebhookId = webhook.Id }));
    }

    [Fact]
    public async Task Step_TwoReplaysAtOnce_CreateOneDeliveryEach()
    {
        var webhook = await AddWebhookAsync();
        for (var i = 0; i < 20; i++)
        {
            await PublishToAsync(NewEvent());
        }

        var replays = new[] { await StartAsync(For(webhook)), await StartAsync(For(webhook)) };
        var steps = await Task.WhenAll(replays.Select(replay => ReadStepAsync(replay, 100)));
        var batches = await Task.WhenAll(steps.Select(step => Store.Replays.StepAsync(step, Cancel)));

        Assert.Equal(20, batches.Sum(batch => batch!.Retried.Count));
        Assert.All(batches, batch => Assert.Equal((RedriveState.Done, 20), (batch!.Redrive.State, batch.Redrive.Retried + batch.Redrive.Skipped)));
        Assert.Equal(20, (await ListAsync(new() { WebhookId = webhook.Id })).Count);
    }

    [Fact]
    public async Task Step_Cancelled_CreatesNothingMore()
    {
        var webhook = await AddWebhookAsync();
        await PublishToAsync(NewEvent());
        await PublishToAsync(NewEvent());
        var replay = await StartAsync(For(webhook));
        await StepAsync(replay, 1);
        var next = await ReadStepAsync(replay, 1);

        Assert.True(await Store.Redrives.CancelAsync(replay.Id, Cancel));

        var batch = await Store.Replays.StepAsync(next, Cancel);
        Assert.Equal((RedriveState.Cancelled, 2, 1, 0), Summary(batch!.Redrive));
        Assert.Empty(batch.Retried);
        Assert.Single(await ListAsync(new()));
        Assert.Null(await Store.Replays.StepAsync(next with { RedriveId = NewId("rdv_") }, Cancel));
    }

    [Fact]
    public async Task Step_WebhookDeleted_PassesOver()
    {
        var webhook = await AddWebhookAsync();
        await PublishToAsync(NewEvent());
        var replay = await StartAsync(For(webhook));
        var step = await ReadStepAsync(replay, 1);
        await Store.Webhooks.DeleteAsync(webhook.Id, null, Now, Cancel);

        await Store.Replays.StepAsync(step, Cancel);
        await FinishAsync(replay);

        Assert.Equal((RedriveState.Done, 1, 0, 1), Summary(await Store.Redrives.GetAsync(replay.Id, Cancel)));
        Assert.Empty(await ListAsync(new()));
    }

    [Fact]
    public async Task Step_SameOrderingKey_GoOneAfterAnotherAndAfterWhatWaits()
    {
        var webhook = await AddWebhookAsync();
        var (one, two) = (await PublishToAsync(NewEvent() with { OrderingKey = "k" }), await PublishToAsync(NewEvent() with { OrderingKey = "k" }));
        var ahead = (await AppendAsync(To(NewEvent() with { OrderingKey = "k" }, leased: true, webhook)))[0].Deliveries[0];
        await FinishAsync(await StartAsync(For(webhook)));

        Assert.Empty((await ClaimAsync(webhook)).Deliveries);
        await SucceedAsync(ahead);
        var first = Assert.Single((await ClaimAsync(webhook)).Deliveries);
        await SucceedAsync(first);
        var second = Assert.Single((await ClaimAsync(webhook)).Deliveries);

        Assert.Equal([one.Id, two.Id], EventIds([first, second]));
    }

    [Fact]
    public async Task Redrive_AndReplay_DoNotTakeEachOthersSteps()
    {
        var webhook = await AddWebhookAsync();
        await KillAsync(await PublishAsync(webhook, leased: true));
        var replay = await StartAsync(For(webhook), onlyMissing: false);
        var filter = new DeliveryFilter { States = [DeliveryState.Dead] };
        var redrive = await Store.Redrives.CreateAsync(
            replay with { Id = NewId("rdv_"), Filter = filter, Replay = null }, (await Store.Redrives.CountAsync(filter, Cancel))!, Cancel);

        Assert.Empty((await Store.Redrives.RedriveBatchAsync(replay.Id, 10, Cancel))!.Retried);
        Assert.Null(await Store.Replays.FindAsync(redrive!.Id, Cancel));
        Assert.Null(await Store.Replays.StepAsync(new ReplayStep(redrive.Id, 0, 1, []), Cancel));
        Assert.Equal([redrive.Id, replay.Id], (await Store.Redrives.ListAsync(null, null, 10, Cancel)).Items.Select(each => each.Id));
    }

    [Fact]
    public async Task Begin_NoSuchTenant_IsNull() => Assert.Null(await Store.Replays.BeginAsync("nobody", Cancel));

    [Fact]
    public async Task Read_FilterOfDeliveries_IsRefused()
    {
        var webhook = await AddWebhookAsync();
        foreach (var filter in new[] { For(webhook) with { States = [DeliveryState.Dead] }, For(webhook) with { WebhookId = null } })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => Store.Replays.ReadAsync(new EventWalk(filter, true, false, 0, 1, 1), Cancel));
            await Assert.ThrowsAsync<ArgumentException>(() => Store.Redrives.CreateAsync(
                new RedriveRecord { Id = "rdv_1", Filter = filter, Replay = new(true), MaxRatePerSecond = 1 }, new(0, 0, 1), Cancel));
        }
    }
}
