namespace ControlPlane.Storage.Compliance;

/// <summary>What expires when.</summary>
public abstract class RetentionTests<TSource> : RetentionTest<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Remove_Delivered_PayloadThenTheRestGoOnTheirOwnClocks()
    {
        var delivery = await DeliverAsync(await AddWebhookAsync());

        Clock.Advance(PayloadAge);
        Assert.Equal(default, await RemoveAsync());
        Assert.Equal((true, true, true), await LookAsync(delivery));

        Clock.Advance(Moment);
        Assert.Equal(new Removed { Payloads = 1 }, await RemoveAsync());
        Assert.Equal((true, true, false), await LookAsync(delivery));
        Assert.Single(await Store.Deliveries.ListAttemptsAsync(delivery.Id, Cancel));

        Clock.Advance(MetadataAge - PayloadAge - Moment);
        Assert.Equal(default, await RemoveAsync());
        Assert.Equal((true, true, false), await LookAsync(delivery));

        Clock.Advance(Moment);
        Assert.Equal(new Removed { Deliveries = 1, Events = 1 }, await RemoveAsync());
        Assert.Equal((false, false, false), await LookAsync(delivery));
        Assert.Empty(await Store.Deliveries.ListAttemptsAsync(delivery.Id, Cancel));
        Assert.Empty(await ListAsync(new()));
    }

    [Fact]
    public async Task Remove_EventWithoutDeliveries_Goes()
    {
        var stored = (await AppendAsync(To(NewEvent(), leased: false)))[0].Event;

        Clock.Advance(MetadataAge + Moment);

        Assert.Equal(new Removed { Payloads = 1, Events = 1 }, await RemoveAsync());
        Assert.Empty(await Store.Events.FindAsync(stored.Id, null, Cancel));
    }

    [Fact]
    public async Task Remove_ManyWebhooksDeletedAtOnceAndReferredTo_StayUntilTheirDeliveriesGo()
    {
        const int Count = 60;
        for (var i = 0; i < Count; i++)
        {
            var webhook = await AddWebhookAsync();
            await PublishAsync(webhook);
            await Store.Webhooks.DeleteAsync(webhook.Id, null, Now, Cancel);
        }

        Clock.Advance(TimeSpan.FromDays(2));
        while (await Store.Deliveries.CancelOrphansAsync(Cancel) > 0)
        {
        }

        Clock.Advance(MetadataAge - TimeSpan.FromDays(1));
        Assert.Equal(new Removed { Payloads = Count }, await RemoveAsync());

        Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(new Removed { Deliveries = Count, Events = Count, Webhooks = Count }, await RemoveAsync());
    }

    [Fact]
    public async Task Remove_Unfinished_StaysWithItsPayload()
    {
        var webhook = await AddWebhookAsync();
        var pending = await PublishAsync(webhook);
        var leased = await PublishAsync(webhook, leased: true);
        var retried = await PublishAsync(webhook, leased: true);
        await FailAsync(retried, TimeSpan.FromDays(400));

        Clock.Advance(TimeSpan.FromDays(365));

        Assert.Equal(default, await RemoveAsync(deadLetters: 0));
        foreach (var delivery in new[] { pending, leased, retried })
        {
            Assert.Equal((true, true, true), await LookAsync(delivery));
        }
    }

    [Fact]
    public async Task Remove_OneDeliveryOfAnEventUnfinished_KeepsTheEventAndThePayload()
    {
        var (one, other) = (await AddWebhookAsync(), await AddWebhookAsync());
        var deliveries = (await AppendAsync(To(NewEvent(), leased: true, one, other)))[0].Deliveries;
        await SucceedAsync(deliveries[0]);

        Clock.Advance(MetadataAge + Moment);

        Assert.Equal(new Removed { Deliveries = 1 }, await RemoveAsync());
        Assert.Equal((true, true, true), await LookAsync(deliveries[1]));
        Assert.Equal([deliveries[1].Id], (await ListAsync(new() { EventId = deliveries[1].EventId })).Select(d => d.Id));
    }

    [Fact]
    public async Task Remove_EndedLate_StaysAsLongFromThenOn()
    {
        var webhook = await AddWebhookAsync();
        var delivery = await PublishAsync(webhook);
        Clock.Advance(MetadataAge);
        delivery = (await SucceedAsync((await ClaimAsync(webhook)).Deliveries[0]))!;

        Clock.Advance(MetadataAge);
        Assert.Equal(new Removed { Payloads = 1 }, await RemoveAsync());
        Assert.Equal((true, true, false), await LookAsync(delivery));

        Clock.Advance(Moment);
        Assert.Equal(new Removed { Deliveries = 1, Events = 1 }, await RemoveAsync());
    }

    [Fact]
    public async Task Remove_DeadLetters_TheLastOfEachWebhookStayWhole()
    {
        var (one, other) = (await AddWebhookAsync(), await AddWebhookAsync());
        var dead = new List<DeliveryRecord>();
        for (var i = 0; i < 5; i++)
        {
            dead.Add(await BuryAsync(one));
        }

        var single = await BuryAsync(other);
        await DeliverAsync(one);
        Clock.Advance(MetadataAge + Moment);

        Assert.Equal(new Removed { Payloads = 3, Deliveries = 3, Events = 3 }, await RemoveAsync(deadLetters: 3));
        Assert.Equal((false, false, false), await LookAsync(dead[1]));
        foreach (var kept in new[] { dead[2], dead[3], dead[4], single })
        {
            Assert.Equal((true, true, true), await LookAsync(kept));
            Assert.Equal(RetryOrCancelOutcome.Done, (await Store.Deliveries.RetryAsync(kept.Id, Cancel)).Outcome);
        }
    }

    [Fact]
    public async Task Remove_ThousandsOfADeletedWebhook_LeaveNothingOfIt()
    {
        const int Count = 1_100;
        var webhook = await AddWebhookAsync();
        var deliveries = (await AppendAsync([.. Enumerable.Range(0, Count).Select(_ => To(NewEvent(), true, webhook))]))
            .Select(appended => appended.Deliveries[0]).ToList();
        await Task.WhenAll(deliveries.Select((delivery, i) => i % 2 == 0 ? SucceedAsync(delivery) : KillAsync(delivery)));
        await Store.Webhooks.DeleteAsync(webhook.Id, null, Now, Cancel);
        Clock.Advance(MetadataAge + Moment);

        Assert.Equal(new Removed { Payloads = Count, Deliveries = Count, Events = Count, Webhooks = 1 }, await RemoveAsync());

        Assert.Empty(await ListAsync(new DeliveryQuery { WebhookId = webhook.Id }));
        Assert.Empty(await ListAsync(new DeliveryQuery { States = [DeliveryState.Dead] }));
    }

    [Fact]
    public async Task Remove_DeadLettersOfADeletedWebhook_GoByTheClock()
    {
        var webhook = await AddWebhookAsync();
        var dead = await BuryAsync(webhook);
        await Store.Webhooks.DeleteAsync(webhook.Id, null, Now, Cancel);

        Clock.Advance(MetadataAge + Moment);

        Assert.Equal(new Removed { Payloads = 1, Deliveries = 1, Events = 1, Webhooks = 1 }, await RemoveAsync());
        Assert.Equal((false, false, false), await LookAsync(dead));
    }

    [Fact]
    public async Task Remove_PayloadGone_RetryIsRefused()
    {
        var delivery = await BuryAsync(await AddWebhookAsync());

        Clock.Advance(PayloadAge + Moment);
        await RemoveAsync(deadLetters: 0);

        Assert.Equal(RetryOrCancelOutcome.PayloadExpired, (await Store.Deliveries.RetryAsync(delivery.Id, Cancel)).Outcome);
    }

    [Fact]
    public async Task Remove_Event_FreesItsIdAndIdempotencyKey()
    {
        var webhook = await AddWebhookAsync();
        NewEvent Same(byte[] fingerprint) =>
            To(NewEvent() with { Id = "evt_same", IdempotencyKey = "key" }, leased: true, webhook) with { Fingerprint = fingerprint };
        var first = (await AppendAsync(Same([1])))[0];
        await SucceedAsync(first.Deliveries[0]);
        Clock.Advance(MetadataAge);
        await RemoveAsync();
        Assert.True((await AppendAsync(Same([1])))[0].Duplicate);

        Clock.Advance(Moment);
        await RemoveAsync();

        var again = (await AppendAsync(Same([2])))[0];
        Assert.False(again.Duplicate);
        Assert.Single(again.Deliveries);
    }

    [Fact]
    public async Task Remove_EndedRedrive_GoesAndARunningOneStays()
    {
        async Task<RedriveRecord> StartAsync()
        {
            var redrive = new RedriveRecord
            {
                Id = NewId("rdv_"),
                Filter = new() { States = [DeliveryState.Dead] },
                MaxRatePerSecond = 1,
                CreateTime = Now,
            };
            return (await Store.Redrives.CreateAsync(redrive, new(0, 0, 1), Cancel))!;
        }

        var (ended, running) = (await StartAsync(), await StartAsync());
        await Store.Redrives.CancelAsync(ended.Id, Cancel);

        Clock.Advance(MetadataAge + Moment);

        Assert.Equal(new Removed { Redrives = 1 }, await RemoveAsync());
        Assert.Null(await Store.Redrives.GetAsync(ended.Id, Cancel));
        Assert.NotNull(await Store.Redrives.GetAsync(running.Id, Cancel));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000)]
    public async Task Remove_AnyBatch_RemovesTheSame(int batch)
    {
        var webhook = await AddWebhookAsync();
        for (var i = 0; i < 20; i++)
        {
            await DeliverAsync(webhook);
            await BuryAsync(webhook);
        }

        var waiting = await PublishAsync(webhook);
        Clock.Advance(MetadataAge + Moment);
        var young = await DeliverAsync(webhook);

        Assert.Equal(new Removed { Payloads = 35, Deliveries = 35, Events = 35 }, await RemoveAsync(deadLetters: 5, batch));
        Assert.Equal(7, (await ListAsync(new())).Count);
        Assert.Equal((true, true, true), await LookAsync(waiting));
        Assert.Equal((true, true, true), await LookAsync(young));
        Assert.Equal(default, await RemoveAsync(deadLetters: 5, batch));
    }

    [Fact]
    public async Task Remove_SetGoingAgainMeanwhile_Stays()
    {
        var webhook = await AddWebhookAsync();
        var deliveries = new List<DeliveryRecord>();
        for (var i = 0; i < 10; i++)
        {
            deliveries.Add(await DeliverAsync(webhook));
        }

        Clock.Advance(MetadataAge + Moment);
        var redone = deliveries[9];
        await foreach (var step in Store.Maintenance.RemoveExpiredAsync(Terms(batch: 1), Cancel))
        {
            if (step.Total > 0 && redone.State == DeliveryState.Succeeded)
            {
                Assert.Equal(new Removed { Payloads = 1 }, step);
                redone = (await Store.Deliveries.RetryAsync(redone.Id, Cancel)).Delivery!;
            }
        }

        Assert.Equal([redone], await ListAsync(new()));
        Assert.Equal((true, true, true), await LookAsync(redone));
    }

    [Fact]
    public async Task Remove_TermsThatCannotBe_Throw()
    {
        foreach (var wrong in new[]
        {
            Terms() with { MetadataBefore = Now }, Terms() with { DeadLetters = -1 }, Terms() with { Batch = 0 },
        })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(async () =>
            {
                await foreach (var step in Store.Maintenance.RemoveExpiredAsync(wrong, Cancel))
                {
                }
            });
        }
    }
}
