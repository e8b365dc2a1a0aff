namespace ControlPlane.Storage.Compliance;

/// <summary>Retrying and cancelling by hand, and what a deleted webhook leaves behind.</summary>
public abstract class RetryAndCancelTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private Task<RetryOrCancelResult> CancelAsync(DeliveryRecord delivery) => Store.Deliveries.CancelAsync(delivery.Id, Cancel);

    private Task<RetryOrCancelResult> RetryAsync(DeliveryRecord delivery) => Store.Deliveries.RetryAsync(delivery.Id, Cancel);

    [Fact]
    public async Task Cancel_Waiting_Ends()
    {
        var webhook = await AddWebhookAsync();
        var delivery = await PublishAsync(webhook);
        Clock.Advance(TimeSpan.FromSeconds(1));

        var result = await CancelAsync(delivery);

        Assert.Equal(RetryOrCancelOutcome.Done, result.Outcome);
        Assert.Equal(
            delivery with
            {
                State = DeliveryState.Cancelled,
                EndReason = EndReason.CancelledByCaller,
                NextAttemptTime = null,
                Fence = 1,
                Revision = await ReadHeadAsync(),
                UpdateTime = Now,
            },
            result.Delivery);
        Assert.Equal(result.Delivery, await GetAsync(delivery));
        Assert.Empty((await ClaimAsync(webhook)).Deliveries);
        Assert.Equal(RetryOrCancelOutcome.WrongState, (await CancelAsync(delivery)).Outcome);
    }

    [Fact]
    public async Task Cancel_InFlight_MakesTheLeaseStale()
    {
        var delivery = await PublishAsync(await AddWebhookAsync(), leased: true);

        Assert.Equal(RetryOrCancelOutcome.Done, (await CancelAsync(delivery)).Outcome);

        Assert.Null(await SucceedAsync(delivery));
        Assert.Equal(DeliveryState.Cancelled, (await GetAsync(delivery)).State);
        Assert.Equal([delivery.Id], await Store.Queue.ExtendAsync([new Lease(delivery.Id, 1)], TimeSpan.FromDays(1), Cancel));
        Assert.Equal(0, await Store.Ownership.RecoverAsync(Cancel));
    }

    [Fact]
    public async Task Cancel_RacesWithCompletion_OneOfThemWins()
    {
        var webhook = await AddWebhookAsync();
        for (var i = 0; i < 50; i++)
        {
            var delivery = await PublishAsync(webhook, leased: true);

            var completing = SucceedAsync(delivery);
            var cancelling = CancelAsync(delivery);
            await Task.WhenAll(completing, cancelling);

            var completed = await completing is not null;
            Assert.Equal(completed ? RetryOrCancelOutcome.WrongState : RetryOrCancelOutcome.Done, (await cancelling).Outcome);
            Assert.Equal(completed ? DeliveryState.Succeeded : DeliveryState.Cancelled, (await GetAsync(delivery)).State);
        }
    }

    [Fact]
    public async Task RetryAndCancel_Unknown_NotFound()
    {
        Assert.Equal(new RetryOrCancelResult(RetryOrCancelOutcome.NotFound, null), await Store.Deliveries.CancelAsync("dlv_x", Cancel));
        Assert.Equal(new RetryOrCancelResult(RetryOrCancelOutcome.NotFound, null), await Store.Deliveries.RetryAsync("dlv_x", Cancel));
    }

    [Fact]
    public async Task Retry_Ended_StartsANewRound()
    {
        var webhook = await AddWebhookAsync();
        var delivery = (await KillAsync(await PublishAsync(webhook, leased: true)))!;
        Clock.Advance(TimeSpan.FromHours(1));

        var result = await RetryAsync(delivery);

        Assert.Equal(RetryOrCancelOutcome.Done, result.Outcome);
        Assert.Equal(
            delivery with
            {
                State = DeliveryState.Pending,
                EndReason = EndReason.None,
                Trigger = DeliveryTrigger.Retry,
                RoundAttempts = 0,
                RoundStartTime = Now,
                NextAttemptTime = Now,
                Revision = await ReadHeadAsync(),
                UpdateTime = Now,
            },
            result.Delivery);
        Assert.Equal(result.Delivery, await GetAsync(delivery));
        var claimed = Assert.Single((await ClaimAsync(webhook)).Deliveries);
        var completed = await SucceedAsync(claimed);
        Assert.Equal((2, 1), (completed!.AttemptCount, completed.RoundAttempts));
        Assert.Equal(
            [DeliveryTrigger.Publish, DeliveryTrigger.Retry],
            (await Store.Deliveries.ListAttemptsAsync(delivery.Id, Cancel)).Select(a => a.Trigger));
    }

    [Fact]
    public async Task Retry_SucceededOrCancelled_StartsANewRoundToo()
    {
        var webhook = await AddWebhookAsync();
        var succeeded = (await SucceedAsync(await PublishAsync(webhook, leased: true)))!;
        var cancelled = (await CancelAsync(await PublishAsync(webhook, leased: true))).Delivery!;

        Assert.Equal(RetryOrCancelOutcome.Done, (await RetryAsync(succeeded)).Outcome);
        Assert.Equal(RetryOrCancelOutcome.Done, (await RetryAsync(cancelled)).Outcome);
        Assert.Equal(2, (await ClaimAsync(webhook)).Deliveries.Count);
    }

    [Fact]
    public async Task Retry_NotEnded_WrongState()
    {
        var webhook = await AddWebhookAsync();
        var waiting = await PublishAsync(webhook);
        var leased = await PublishAsync(webhook, leased: true);
        var scheduled = (await FailAsync(await PublishAsync(webhook, leased: true), TimeSpan.FromSeconds(9)))!;

        foreach (var delivery in new[] { waiting, leased, scheduled })
        {
            Assert.Equal(new RetryOrCancelResult(RetryOrCancelOutcome.WrongState, delivery), await RetryAsync(delivery));
        }
    }

    [Fact]
    public async Task Retry_WebhookDeleted_IsRefused()
    {
        var webhook = await AddWebhookAsync();
        var dead = (await KillAsync(await PublishAsync(webhook, leased: true)))!;
        await Store.Webhooks.DeleteAsync(webhook.Id, null, Now, Cancel);

        Assert.Equal(new RetryOrCancelResult(RetryOrCancelOutcome.WebhookDeleted, dead), await RetryAsync(dead));
        Assert.Equal(dead, await GetAsync(dead));
    }

    [Fact]
    public async Task CancelOrphans_DeletedWebhook_CancelsWhatWaitsInBatches()
    {
        var deleted = await AddWebhookAsync();
        var kept = await AddWebhookAsync();
        for (var i = 0; i < 3; i++)
        {
            await AppendAsync([.. Enumerable.Range(0, 400).Select(_ => To(NewEvent(), leased: false, deleted))]);
        }

        var leased = await PublishAsync(deleted, leased: true);
        var other = await PublishAsync(kept);
        Assert.Equal(0, await Store.Deliveries.CancelOrphansAsync(Cancel));
        await Store.Webhooks.DeleteAsync(deleted.Id, null, Now, Cancel);

        Assert.Equal(1_000, await Store.Deliveries.CancelOrphansAsync(Cancel));
        Assert.Equal(200, await Store.Deliveries.CancelOrphansAsync(Cancel));
        Assert.Equal(0, await Store.Deliveries.CancelOrphansAsync(Cancel));

        var cancelled = await ListAsync(new DeliveryQuery { States = [DeliveryState.Cancelled], Limit = 1_000 });
        Assert.Equal(1_200, cancelled.Count);
        Assert.All(cancelled, d => Assert.Equal(EndReason.WebhookDeleted, d.EndReason));
        Assert.Equal(other, await GetAsync(other));
        await Store.Queue.ReleaseAsync([new Lease(leased.Id, leased.Fence)], TimeSpan.Zero, Cancel);
        Assert.Equal(1, await Store.Deliveries.CancelOrphansAsync(Cancel));
    }
}
