namespace ControlPlane.Storage.Compliance;

/// <summary>Redriving dead letters in bulk.</summary>
public abstract class RedriveTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private static readonly DeliveryFilter Dead = new() { States = [DeliveryState.Dead] };

    private async Task<List<DeliveryRecord>> BuryAsync(WebhookRecord webhook, int count)
    {
        var dead = new List<DeliveryRecord>();
        for (var i = 0; i < count; i++)
        {
            dead.Add((await KillAsync(await PublishAsync(webhook, leased: true)))!);
        }

        return dead;
    }

    private async Task<RedriveRecord> StartAsync(DeliveryFilter? filter = null)
    {
        var redrive = new RedriveRecord
        {
            Id = NewId("rdv_"),
            Filter = filter ?? Dead,
            MaxRatePerSecond = 12.5,
            CreateTime = Now,
            UpdateTime = Now,
        };
        var scope = (await Store.Redrives.CountAsync(redrive.Filter, Cancel))!;
        return (await Store.Redrives.CreateAsync(redrive, scope, Cancel))!;
    }

    private async Task<RedriveBatch> StepAsync(RedriveRecord redrive, int limit) =>
        (await Store.Redrives.RedriveBatchAsync(redrive.Id, limit, Cancel))!;

    private static (RedriveState, int, int, int) Summary(RedriveRecord? redrive) =>
        (redrive!.State, redrive.Matched, redrive.Retried, redrive.Skipped);

    private static IEnumerable<string> Ids(IEnumerable<DeliveryRecord> deliveries) => deliveries.Select(d => d.Id);

    [Fact]
    public async Task Batch_Dead_StartsNewRoundsOldestFirst()
    {
        var webhook = await AddWebhookAsync();
        var dead = await BuryAsync(webhook, 3);
        var redrive = await StartAsync();
        Clock.Advance(TimeSpan.FromHours(1));

        var first = await StepAsync(redrive, 2);
        var last = await StepAsync(redrive, 2);

        Assert.Equal(
            dead[0] with
            {
                State = DeliveryState.Pending,
                EndReason = EndReason.None,
                Trigger = DeliveryTrigger.Redrive,
                RoundAttempts = 0,
                RoundStartTime = Now,
                NextAttemptTime = Now,
                Revision = first.Retried[0].Revision,
                UpdateTime = Now,
            },
            first.Retried[0]);
        Assert.Equal((RedriveState.Running, 3, 2, 0), Summary(first.Redrive));
        Assert.Equal((RedriveState.Done, 3, 3, 0), Summary(last.Redrive));
        Assert.Equal(Now, last.Redrive.UpdateTime);
        Assert.Equal(Ids(dead), Ids([.. first.Retried, .. last.Retried]));
        Assert.Equal(Ids(dead), Ids((await ClaimAsync(webhook)).Deliveries));
        Assert.Equivalent(last.Redrive, await Store.Redrives.GetAsync(redrive.Id, Cancel), strict: true);
        Assert.Empty((await StepAsync(redrive, 2)).Retried);
    }

    [Fact]
    public async Task Batch_ComesLaterOrDiesLater_IsNotTaken()
    {
        var webhook = await AddWebhookAsync();
        var waiting = await PublishAsync(webhook, leased: true);
        var dead = await BuryAsync(webhook, 2);
        var redrive = await StartAsync();
        await BuryAsync(webhook, 2);
        await KillAsync(waiting);

        var batch = await StepAsync(redrive, 100);

        Assert.Equal(Ids(dead), Ids(batch.Retried));
        Assert.Equal((RedriveState.Done, 2, 2, 0), Summary(batch.Redrive));
    }

    [Fact]
    public async Task Batch_DiesAgainBehindThePosition_IsNotTakenTwice()
    {
        var webhook = await AddWebhookAsync();
        await BuryAsync(webhook, 2);
        var redrive = await StartAsync();

        await StepAsync(redrive, 1);
        await KillAsync((await ClaimAsync(webhook)).Deliveries.Single());
        await StepAsync(redrive, 1);
        var last = await StepAsync(redrive, 1);

        Assert.Equal((RedriveState.Done, 2, 2, 0), Summary(last.Redrive));
        Assert.Single((await ListAsync(new DeliveryQuery { States = [DeliveryState.Dead] })));
    }

    [Fact]
    public async Task Batch_WhatCannotBeSentOrChanged_IsSkipped()
    {
        var (kept, deleted) = (await AddWebhookAsync(), await AddWebhookAsync());
        var dead = await BuryAsync(kept, 3);
        await BuryAsync(deleted, 2);
        var redrive = await StartAsync();
        await Store.Webhooks.DeleteAsync(deleted.Id, null, Now, Cancel);
        await Store.Deliveries.RetryAsync(dead[0].Id, Cancel);
        // Dead again, but not the dead letter that was counted.
        await KillAsync((await ClaimAsync(kept)).Deliveries.Single());

        var batch = await StepAsync(redrive, 100);

        Assert.Equal(Ids(dead.Skip(1)), Ids(batch.Retried));
        Assert.Equal((RedriveState.Done, 5, 2, 3), Summary(batch.Redrive));
    }

    [Fact]
    public async Task Batch_TwoThatOverlap_TakeEachDeliveryOnce()
    {
        var webhook = await AddWebhookAsync();
        await BuryAsync(webhook, 10);
        var (one, other) = (await StartAsync(), await StartAsync());

        for (var i = 0; i < 6; i++)
        {
            await Task.WhenAll(StepAsync(one, 2), StepAsync(other, 3));
        }

        var ended = await Task.WhenAll(Store.Redrives.GetAsync(one.Id, Cancel), Store.Redrives.GetAsync(other.Id, Cancel));
        Assert.All(ended, redrive => Assert.Equal(RedriveState.Done, redrive!.State));
        Assert.All(ended, redrive => Assert.Equal(10, redrive!.Retried + redrive.Skipped));
        Assert.Equal(10, ended.Sum(redrive => redrive!.Retried));
        Assert.Equal(10, (await ClaimAsync(webhook)).Deliveries.Count);
    }

    [Fact]
    public async Task Batch_StoreReopenedBetween_NeitherSkipsNorRepeats()
    {
        var webhook = await AddWebhookAsync();
        var dead = await BuryAsync(webhook, 7);
        var redrive = await StartAsync();
        var retried = new List<DeliveryRecord>();

        for (var steps = 0; steps < 10 && (await Store.Redrives.ListRunningAsync(Cancel)).Count > 0; steps++)
        {
            retried.AddRange((await StepAsync(redrive, 2)).Retried);
            await ReopenAsync();
        }

        Assert.Equal(Ids(dead), Ids(retried));
        Assert.Equal((RedriveState.Done, 7, 7, 0), Summary(await Store.Redrives.GetAsync(redrive.Id, Cancel)));
        Assert.Equal(12.5, (await Store.Redrives.GetAsync(redrive.Id, Cancel))!.MaxRatePerSecond);
    }

    [Fact]
    public async Task Batch_ManyThatDoNotMatch_GoesOnOverSeveralSteps()
    {
        var (webhook, other) = (await AddWebhookAsync(), await AddWebhookAsync());
        var first = (await SucceedAsync(await PublishAsync(webhook, leased: true)))!;
        for (var i = 0; i < 6; i++)
        {
            await AppendAsync([.. Enumerable.Range(0, 1_000).Select(_ => To(NewEvent(), leased: false, other))]);
        }

        var last = (await SucceedAsync(await PublishAsync(webhook, leased: true)))!;
        var redrive = await StartAsync(new() { States = [DeliveryState.Succeeded], TenantId = TenantRecord.DefaultId });

        var one = await StepAsync(redrive, 10);
        var rest = new List<RedriveBatch>();
        do
        {
            rest.Add(await StepAsync(redrive, 10));
        }
        while (rest[^1].Redrive.State == RedriveState.Running && rest.Count < 1_000);

        Assert.Equal((RedriveState.Running, 2, 1, 0), Summary(one.Redrive));
        Assert.Equal((RedriveState.Done, 2, 2, 0), Summary(rest[^1].Redrive));
        Assert.Equal([first.Id, last.Id], Ids([.. one.Retried, .. rest.SelectMany(step => step.Retried)]));
    }

    [Fact]
    public async Task Batch_PayloadGone_IsSkipped()
    {
        await BuryAsync(await AddWebhookAsync(), 2);
        var redrive = await StartAsync();
        Clock.Advance(TimeSpan.FromDays(1));
        await foreach (var step in Store.Maintenance.RemoveExpiredAsync(new(Now, Now.AddDays(-30), 0, Now, 100), Cancel))
        {
        }

        Assert.Equal((RedriveState.Done, 2, 0, 2), Summary((await StepAsync(redrive, 100)).Redrive));
    }

    [Fact]
    public async Task Cancel_Running_NothingFollows()
    {
        await BuryAsync(await AddWebhookAsync(), 3);
        var redrive = await StartAsync();
        await StepAsync(redrive, 1);
        Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await Store.Redrives.CancelAsync(redrive.Id, Cancel));
        var batch = await StepAsync(redrive, 100);

        Assert.Empty(batch.Retried);
        Assert.Equal((RedriveState.Cancelled, 3, 1, 0), Summary(batch.Redrive));
        Assert.Equal(Now, batch.Redrive.UpdateTime);
        Assert.Empty(await Store.Redrives.ListRunningAsync(Cancel));
        Assert.False(await Store.Redrives.CancelAsync(redrive.Id, Cancel));
    }

    [Fact]
    public async Task Unknown_IsNull()
    {
        Assert.Null(await Store.Redrives.GetAsync("rdv_x", Cancel));
        Assert.Null(await Store.Redrives.RedriveBatchAsync("rdv_x", 1, Cancel));
        Assert.False(await Store.Redrives.CancelAsync("rdv_x", Cancel));
        Assert.Null(await Store.Redrives.CountAsync(Dead with { TenantId = "nobody" }, Cancel));
    }

    [Fact]
    public async Task Count_StateThatIsNoEnd_Throws()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.Redrives.CountAsync(new DeliveryFilter(), Cancel));
        await Assert.ThrowsAsync<ArgumentException>(
            () => Store.Redrives.CountAsync(new() { States = [DeliveryState.Dead, DeliveryState.InFlight] }, Cancel));
    }

    [Fact]
    public async Task List_Tenant_NewestFirstByPages()
    {
        await AddTenantAsync("other");
        var mine = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            mine.Insert(0, (await StartAsync(Dead with { TenantId = TenantRecord.DefaultId })).Id);
            await StartAsync(Dead with { TenantId = "other" });
        }

        var every = await StartAsync();

        var listed = await ReadAllAsync(before => Store.Redrives.ListAsync(TenantRecord.DefaultId, before, 2, Cancel));
        Assert.Equal(mine, listed.Select(redrive => redrive.Id));
        var all = await ReadAllAsync(before => Store.Redrives.ListAsync(null, before, 2, Cancel));
        Assert.Equal((7, every.Id), (all.Count, all[0].Id));
        Assert.Equal(7, (await Store.Redrives.ListRunningAsync(Cancel)).Count);
    }
}
