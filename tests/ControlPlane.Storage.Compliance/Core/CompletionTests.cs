namespace ControlPlane.Storage.Compliance;

/// <summary>Recording attempts.</summary>
public abstract class CompletionTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Complete_Success_StoresAttemptAndState()
    {
        var delivery = await PublishAsync(await AddWebhookAsync(), leased: true);
        Clock.Advance(TimeSpan.FromSeconds(2));

        var completed = await SucceedAsync(delivery);

        var expected = delivery with
        {
            State = DeliveryState.Succeeded,
            EndReason = EndReason.Delivered,
            AttemptCount = 1,
            RoundAttempts = 1,
            LastStatusCode = 200,
            Revision = await ReadHeadAsync(),
            UpdateTime = Now,
        };
        Assert.Equal(expected, completed);
        Assert.Equal(expected, await GetAsync(delivery));
        Assert.Equal(
            NewAttempt(delivery), Assert.Single(await Store.Deliveries.ListAttemptsAsync(delivery.Id, Cancel)));
    }

    [Fact]
    public async Task Complete_Failure_WaitsForTheNextAttemptWithTriggerSchedule()
    {
        var webhook = await AddWebhookAsync();
        var delivery = await PublishAsync(webhook, leased: true);

        var completed = await FailAsync(delivery, TimeSpan.FromSeconds(5));

        Assert.Equal(DeliveryState.RetryScheduled, completed!.State);
        Assert.Equal(Now.AddSeconds(5), completed.NextAttemptTime);
        Assert.Equal(DeliveryTrigger.Schedule, completed.Trigger);
        Assert.Equal(EndReason.None, completed.EndReason);
        Assert.Equal((503, FailureKind.HttpStatus), (completed.LastStatusCode, completed.LastFailure));
        Assert.Equal(completed, await GetAsync(delivery));
        Clock.Advance(TimeSpan.FromSeconds(5));
        var again = Assert.Single((await ClaimAsync(webhook)).Deliveries);
        Assert.Equal(DeliveryTrigger.Schedule, again.Trigger);
        Assert.Equal((1, 1), (again.AttemptCount, again.RoundAttempts));
    }

    [Fact]
    public async Task Complete_TestDeliveryFails_StaysATest()
    {
        var webhook = await AddWebhookAsync();
        var added = To(NewEvent(), leased: true);
        added = added with { Deliveries = [new NewDelivery(NewId("dlv_"), webhook.Id, DeliveryTrigger.Test, true)] };
        var delivery = (await AppendAsync(added))[0].Deliveries[0];

        Assert.Equal(DeliveryTrigger.Test, (await FailAsync(delivery, TimeSpan.FromSeconds(5)))!.Trigger);
    }

    [Fact]
    public async Task Complete_AttemptWithEverything_ReadsBackEqual()
    {
        var delivery = await PublishAsync(await AddWebhookAsync(), leased: true);
        var attempt = new AttemptRecord(
            1, DeliveryTrigger.Publish, Now, TimeSpan.FromMicroseconds(1), 0, FailureKind.Tls,
            "Das Zertifikat ist abgelaufen \u2026", "[2001:db8::1]:443", "a\0b\r\n" + new string('x', 16_000));

        await Store.Queue.CompleteAsync(
            new Completion(delivery, attempt, DeliveryState.Dead, EndReason.AttemptsExhausted, null), Cancel);

        Assert.Equal(attempt, Assert.Single(await Store.Deliveries.ListAttemptsAsync(delivery.Id, Cancel)));
        Assert.Equal(FailureKind.Tls, (await GetAsync(delivery)).LastFailure);
    }

    [Fact]
    public async Task Complete_Twice_SecondIsStaleAndChangesNothing()
    {
        var delivery = await PublishAsync(await AddWebhookAsync(), leased: true);
        var completed = await SucceedAsync(delivery);

        Assert.Null(await KillAsync(delivery));

        Assert.Equal(completed, await GetAsync(delivery));
        Assert.Single(await Store.Deliveries.ListAttemptsAsync(delivery.Id, Cancel));
    }

    [Fact]
    public async Task Complete_UnknownOrNotLeasedOrOldFence_IsStale()
    {
        var webhook = await AddWebhookAsync();
        var waiting = await PublishAsync(webhook);
        var head = await ReadHeadAsync();

        Assert.Null(await SucceedAsync(waiting));
        Assert.Null(await SucceedAsync(waiting with { Id = "dlv_unknown" }));
        Assert.Equal(head, await ReadHeadAsync());
        var claimed = Assert.Single((await ClaimAsync(webhook)).Deliveries);
        Assert.Null(await SucceedAsync(claimed with { Fence = claimed.Fence - 1 }));
        Assert.Null(await SucceedAsync(claimed with { Fence = claimed.Fence + 1 }));
        Assert.NotNull(await SucceedAsync(claimed));
    }

    [Fact]
    public async Task Complete_AtOnce_OneWins()
    {
        var delivery = await PublishAsync(await AddWebhookAsync(), leased: true);

        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => SucceedAsync(delivery)));

        Assert.Single(results, result => result is not null);
        Assert.Equal(1, (await GetAsync(delivery)).AttemptCount);
    }

    [Fact]
    public async Task Complete_WebhookDeletedMeanwhile_RetryEndsCancelledSuccessStands()
    {
        var webhook = await AddWebhookAsync();
        var failing = await PublishAsync(webhook, leased: true);
        var succeeding = await PublishAsync(webhook, leased: true);
        await Store.Webhooks.DeleteAsync(webhook.Id, null, Now, Cancel);

        var failed = await FailAsync(failing, TimeSpan.FromSeconds(5));
        var succeeded = await SucceedAsync(succeeding);

        Assert.Equal((DeliveryState.Cancelled, EndReason.WebhookDeleted), (failed!.State, failed.EndReason));
        Assert.Null(failed.NextAttemptTime);
        Assert.Equal(1, failed.AttemptCount);
        Assert.Equal(failed, await GetAsync(failing));
        Assert.Equal(DeliveryState.Succeeded, succeeded!.State);
    }

    [Theory]
    [InlineData(DeliveryState.Pending, EndReason.None, false)]
    [InlineData(DeliveryState.InFlight, EndReason.None, false)]
    [InlineData(DeliveryState.RetryScheduled, EndReason.None, false)]
    [InlineData(DeliveryState.Succeeded, EndReason.None, false)]
    [InlineData(DeliveryState.Succeeded, EndReason.Delivered, true)]
    public async Task Complete_Contradictory_IsRefused(DeliveryState state, EndReason reason, bool withTime)
    {
        var delivery = await PublishAsync(await AddWebhookAsync(), leased: true);
        var completion = new Completion(delivery, NewAttempt(delivery), state, reason, withTime ? TimeSpan.Zero : null);

        await Assert.ThrowsAsync<ArgumentException>(() => Store.Queue.CompleteAsync(completion, Cancel));
    }

    [Fact]
    public async Task ListAttempts_Many_AnswersTheLastHundredOldestFirst()
    {
        var webhook = await AddWebhookAsync();
        var delivery = await PublishAsync(webhook, leased: true);
        for (var i = 1; i <= 105; i++)
        {
            await FailAsync(delivery, TimeSpan.FromSeconds(1));
            Clock.Advance(TimeSpan.FromSeconds(1));
            delivery = Assert.Single((await ClaimAsync(webhook)).Deliveries);
        }

        var attempts = await Store.Deliveries.ListAttemptsAsync(delivery.Id, Cancel);

        Assert.Equal(Enumerable.Range(6, 100), attempts.Select(a => a.Number));
        Assert.Equal(attempts.OrderBy(a => a.StartTime), attempts);
    }

    [Fact]
    public async Task ListAttempts_NoneOrUnknown_IsEmpty()
    {
        var delivery = await PublishAsync(await AddWebhookAsync());

        Assert.Empty(await Store.Deliveries.ListAttemptsAsync(delivery.Id, Cancel));
        Assert.Empty(await Store.Deliveries.ListAttemptsAsync("dlv_unknown", Cancel));
        Assert.Null(await Store.Deliveries.GetAsync("dlv_unknown", Cancel));
    }
}
