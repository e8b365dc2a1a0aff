namespace ControlPlane.Storage.Compliance;

/// <summary>Events with a time of their own to expire.</summary>
public abstract class EventExpiryTests<TSource> : ErasureTest<TSource>
    where TSource : StoreSource, new()
{
    private static readonly (DeliveryState, EndReason) Expired = (DeliveryState.Dead, EndReason.Expired);

    [Fact]
    public async Task Event_WithATimeToExpire_KeepsIt()
    {
        var stored = (await AppendAsync(To(NewEvent() with { ExpireTime = Now + TimeSpan.FromHours(1) }, false)))[0].Event;
        await ReopenAsync();

        Assert.Equal(Now + TimeSpan.FromHours(1), (await FindEventAsync(stored.Id)).ExpireTime);
        Assert.Null((await FindEventAsync(stored.Id)).EraseTime);
    }

    [Fact]
    public async Task Sweep_TimeHasCome_ErasesItAndEndsWhatWaits()
    {
        var webhook = await AddWebhookAsync();
        var waiting = await ExpiringAsync(1, webhook);
        var leased = await ExpiringAsync(1, webhook, leased: true);
        var delivered = (await SucceedAsync(await ExpiringAsync(1, webhook, leased: true)))!;
        var kept = await ExpiringAsync(2, webhook);
        var plain = await PublishAsync(webhook);
        Assert.Equal(0, (await RemoveAsync()).Total);
        Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(3, (await RemoveAsync(batch: 2)).Erased);
        Assert.Equal(0, (await RemoveAsync()).Erased);
        await ReopenAsync();

        Assert.Equal(Expired, EndOf(await GetAsync(waiting)));
        Assert.Equal(delivered, await GetAsync(delivered));
        Assert.Equal([""], await AnswersAsync(delivered));
        Assert.Equal(Now, (await FindEventAsync(waiting.EventId)).EraseTime);
        Assert.Null((await FindEventAsync(waiting.EventId)).Payload);
        Assert.Equal(Expired, EndOf(await FailAsync(leased, TimeSpan.FromMinutes(1))));
        Assert.NotNull((await FindEventAsync(kept.EventId)).Payload);
        Assert.Equal(
            new[] { kept.Id, plain.Id }.Order(StringComparer.Ordinal),
            (await ClaimAsync(webhook)).Deliveries.Select(each => each.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Sweep_DeadLetterThatIsKept_LosesItsPayloadAllTheSame()
    {
        var webhook = await AddWebhookAsync();
        var dead = (await KillAsync(await ExpiringAsync(1, webhook, leased: true)))!;
        Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, (await RemoveAsync()).Erased);

        Assert.Equal(dead, await GetAsync(dead));
        Assert.Null((await FindEventAsync(dead.EventId)).Payload);
    }

    [Fact]
    public async Task Erase_AfterItsTime_EndsDeliveriesAsExpired()
    {
        var webhook = await AddWebhookAsync();
        var (early, late) = (await ExpiringAsync(2, webhook), await ExpiringAsync(1, webhook));
        Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(2, await EraseAsync());

        Assert.Equal((DeliveryState.Cancelled, EndReason.Erased), EndOf(await GetAsync(early)));
        Assert.Equal(Expired, EndOf(await GetAsync(late)));
    }

    private async Task<DeliveryRecord> ExpiringAsync(int hours, WebhookRecord webhook, bool leased = false) =>
        (await AppendAsync(To(NewEvent() with { ExpireTime = Now + TimeSpan.FromHours(hours) }, leased, webhook)))[0].Deliveries[0];
}
