using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Dispatching;

/// <summary>Webhooks that change under way and a store that refuses: nothing may be forgotten.</summary>
public sealed class TroubleTests : WalkTest
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Change_Disabled_GivesTheQueueBackAndResumes()
    {
        await StartAsync();
        await AddWebhookAsync(with: w => w with { MaxInFlight = 1 });
        var goOn = new TaskCompletionSource<int>();
        Answer = _ => goOn.Task;
        var deliveries = await PublishAsync(5);
        await UntilReceivedAsync(1);
        await UpdateAsync("wh_1", w => w with { State = WebhookState.Disabled, StateReason = StateReason.User });
        await UntilAllAsync(deliveries.Skip(1), DeliveryState.Pending);
        goOn.SetResult(200);
        await UntilAsync(deliveries[0], DeliveryState.Succeeded);
        Assert.Single(Received);
        Assert.Empty((await PublishAsync(1)));

        await UpdateAsync("wh_1", w => w with { State = WebhookState.Active, StateReason = StateReason.None });
        await UntilAllAsync(deliveries, DeliveryState.Succeeded);
        Assert.Equal(5, Received.Count);
    }

    [Fact]
    public async Task Change_Deleted_EndsWhatWaits()
    {
        await StartAsync();
        var webhook = await AddWebhookAsync(with: w => w with { MaxInFlight = 1 });
        var goOn = new TaskCompletionSource<int>();
        Answer = _ => goOn.Task;
        var deliveries = await PublishAsync(5);
        await UntilReceivedAsync(1);
        var write = await Pipeline.Store.Webhooks.DeleteAsync(webhook.Id, null, Clock.GetStoreNow(), Cancel);
        Pipeline.Catalog.Remove(webhook.TenantId, webhook.Id, write.ConfigVersion);
        await UntilAllAsync(deliveries.Skip(1), DeliveryState.Cancelled);
        goOn.SetResult(500);
        Assert.Equal(EndReason.WebhookDeleted, (await UntilAsync(deliveries[0], DeliveryState.Cancelled)).EndReason);
    }

    [Fact]
    public async Task Change_Gone_SuspendsAndTheRestWaits()
    {
        await StartAsync();
        await AddWebhookAsync(with: w => w with { MaxInFlight = 1 });
        Answer = _ => Task.FromResult(410);
        var deliveries = await PublishAsync(3);
        Assert.Equal(EndReason.Gone, (await UntilAsync(deliveries[0], DeliveryState.Dead)).EndReason);
        while ((await Pipeline.Store.Webhooks.GetAsync("wh_1", Cancel))!.State != WebhookState.Suspended)
        {
            await Task.Yield();
        }

        Answer = _ => Task.FromResult(200);
        await UpdateAsync("wh_1", w => w with { State = WebhookState.Active, StateReason = StateReason.None });
        foreach (var delivery in deliveries)
        {
            await UntilAsync(delivery, d => d.Ended);
        }
    }

    [Fact]
    public async Task Claim_StoreRefuses_IsMadeAgain()
    {
        var node = await StartAsync(("Dispatching:QueuePerWebhook", "1"));
        node.ExpectErrors();
        await AddWebhookAsync();
        var refusals = 3;
        node.Queue.BeforeClaim = () => --refusals >= 0 ? throw new StorageUnavailableException("busy") : Task.CompletedTask;
        foreach (var delivery in await PublishAsync(5))
        {
            await UntilAsync(delivery, DeliveryState.Succeeded, Step);
        }
    }

    [Fact]
    public async Task Claim_WebhookCannotBeRead_IsMadeAgain()
    {
        var node = await OpenAsync();
        node.ExpectErrors();
        await AddWebhookAsync();
        var webhook = (await node.Store.Webhooks.GetAsync("wh_1", Cancel))!;
        var config = (await node.Store.Webhooks.LoadTenantAsync(webhook.TenantId, Cancel))!;
        var fanOut = new NewEvent(
            Records.Event() with { CreateTime = Clock.GetStoreNow() },
            [new("dlv_1", webhook.Id, DeliveryTrigger.Publish, Leased: false)],
            null);
        var appended = Assert.IsType<AppendResult.Appended>(await node.Store.Events.AppendAsync(
            new AppendRequest(webhook.TenantId, config.ConfigVersion, [fanOut], "node_dead", TimeSpan.Zero), Cancel));
        var refusals = 2;
        node.Webhooks.AfterLoad = () => --refusals >= 0 ? throw new StorageUnavailableException("busy") : Task.CompletedTask;
        await node.StartAsync();
        await UntilAsync(appended.Events[0].Deliveries[0], DeliveryState.Succeeded, Step);
    }

    [Fact]
    public async Task Record_StoreRefuses_IsMadeAgainWithoutSendingAgain()
    {
        var node = await StartAsync(("Dispatching:Lease", "01:00:00"));
        node.ExpectErrors();
        await AddWebhookAsync();
        var refusals = 3;
        node.Queue.BeforeComplete = () => --refusals >= 0 ? throw new StorageUnavailableException("busy") : Task.CompletedTask;
        await UntilAsync((await PublishAsync(1))[0], DeliveryState.Succeeded, Step);
        Assert.Single(Received);
    }

    [Fact]
    public async Task Record_HealthCannotBeNoted_IsRetriedAllTheSame()
    {
        var node = await StartAsync();
        node.ExpectErrors();
        await AddWebhookAsync();
        node.Webhooks.BeforeHealth = () => throw new StorageUnavailableException("busy");
        Answer = request => Task.FromResult(request.Number == 1 ? 500 : 200);
        var delivery = await UntilAsync((await PublishAsync(1))[0], DeliveryState.Succeeded);
        Assert.Equal(2, delivery.AttemptCount);
    }

    [Fact]
    public async Task Keep_ListingFailsAfterLeasesWereTakenBack_IsListedAgain()
    {
        var node = await StartAsync();
        node.ExpectErrors();
        var webhook = await AddWebhookAsync();
        await UntilAsync((await PublishAsync(1))[0], DeliveryState.Succeeded);
        var config = (await node.Store.Webhooks.LoadTenantAsync(webhook.TenantId, Cancel))!;
        var fanOut = new NewEvent(
            Records.Event() with { CreateTime = Clock.GetStoreNow() },
            [new("dlv_1", webhook.Id, DeliveryTrigger.Publish, Leased: true)],
            null);
        var refusals = 1;
        node.Queue.BeforeListWaiting = () => --refusals >= 0 ? throw new StorageUnavailableException("busy") : Task.CompletedTask;
        var appended = Assert.IsType<AppendResult.Appended>(await node.Store.Events.AppendAsync(
            new AppendRequest(webhook.TenantId, config.ConfigVersion, [fanOut], "node_dead", TimeSpan.FromSeconds(5)), Cancel));
        await UntilAsync(appended.Events[0].Deliveries[0], DeliveryState.Succeeded, TimeSpan.FromSeconds(1));
        Assert.True(refusals < 0);
    }

    [Fact]
    public async Task Retry_Later_IsSentWhenItIsDue()
    {
        await StartAsync();
        await AddWebhookAsync(with: w => w with
        {
            RetryPolicy = new RetryPolicyRecord { Backoff = BackoffKind.Fixed, Initial = TimeSpan.FromMinutes(10), MaxAttempts = 2 },
        });
        Answer = request => Task.FromResult(request.Number == 1 ? 500 : 200);
        var scheduled = await UntilAsync((await PublishAsync(1))[0], DeliveryState.RetryScheduled);
        Assert.Equal(Clock.GetUtcNow().AddMinutes(10), scheduled.NextAttemptTime);
        var delivery = await UntilAsync(scheduled, DeliveryState.Succeeded, TimeSpan.FromSeconds(5));
        Assert.Equal(DeliveryTrigger.Schedule, delivery.Trigger);
        Assert.True(delivery.UpdateTime >= scheduled.NextAttemptTime);
    }
}
