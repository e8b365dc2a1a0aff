using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Dispatching;

/// <summary>Stop, restart and what a dead process left.</summary>
public sealed class StoppingTests : WalkTest
{
    [Fact]
    public async Task Stop_QueuedAndInFlight_ReleasesEverythingAndARestartSendsIt()
    {
        await StartAsync(("Dispatching:DrainTimeout", "00:00:00"));
        await AddWebhookAsync(with: w => w with { MaxInFlight = 2 });
        var never = new TaskCompletionSource<int>();
        Answer = _ => never.Task;
        var deliveries = await PublishAsync(30);
        await UntilReceivedAsync(2);

        await Pipeline.StopAsync();

        foreach (var delivery in deliveries)
        {
            Assert.Equal(DeliveryState.Pending, (await Pipeline.Store.Deliveries.GetAsync(delivery.Id, Cancel))!.State);
        }

        Answer = _ => Task.FromResult(200);
        await StartAsync();
        await UntilAllAsync(deliveries, DeliveryState.Succeeded);
    }

    [Fact]
    public async Task Stop_RequestInFlight_WaitsForItAndRecordsIt()
    {
        await StartAsync();
        await AddWebhookAsync();
        var goOn = new TaskCompletionSource<int>();
        Answer = _ => goOn.Task;
        var delivery = (await PublishAsync(1))[0];
        await UntilReceivedAsync(1);
        var stopping = Pipeline.StopAsync();
        Assert.False(stopping.IsCompleted);
        goOn.SetResult(200);
        await stopping;
        Assert.Equal(DeliveryState.Succeeded, (await Pipeline.Store.Deliveries.GetAsync(delivery.Id, Cancel))!.State);
    }

    [Fact]
    public async Task Stop_LongDrain_KeepsTheLeases()
    {
        await StartAsync(("Dispatching:DrainTimeout", "00:05:00"));
        await AddWebhookAsync(with: w => w with { Timeout = TimeSpan.FromMinutes(4) });
        var goOn = new TaskCompletionSource<int>();
        Answer = _ => goOn.Task;
        var delivery = (await PublishAsync(1))[0];
        await UntilReceivedAsync(1);
        var item = Assert.Single(Pipeline.Get<Places>().Items);
        var stopping = Pipeline.StopAsync();
        for (var i = 0; i < 20; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal(0, await Pipeline.Store.Ownership.RecoverAsync(Cancel));
            // Prolonged at every sixth of a lease once less than half of it is left, and always in good time.
            while (item.LeaseUntil < Clock.GetUtcNow() + TimeSpan.FromSeconds(25))
            {
                Assert.False(item.Lost);
                Cancel.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }

        goOn.SetResult(200);
        await stopping;
        Assert.Equal(DeliveryState.Succeeded, (await Pipeline.Store.Deliveries.GetAsync(delivery.Id, Cancel))!.State);
    }

    [Fact]
    public async Task Stop_DuringAClaim_ReleasesWhatItClaims()
    {
        await StartAsync(("Dispatching:QueuePerWebhook", "1"));
        await AddWebhookAsync();
        var (claiming, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Pipeline.Queue.BeforeClaim = () =>
        {
            claiming.TrySetResult();
            return goOn.Task;
        };
        var deliveries = await PublishAsync(5);
        await claiming.Task;
        var stopping = Pipeline.StopAsync();
        goOn.SetResult();
        await stopping;
        foreach (var delivery in deliveries)
        {
            Assert.NotEqual(DeliveryState.InFlight, (await Pipeline.Store.Deliveries.GetAsync(delivery.Id, Cancel))!.State);
        }
    }

    [Fact]
    public async Task Stop_StoreRefuses_DrainsAllTheSame()
    {
        var node = await StartAsync();
        node.ExpectErrors();
        await AddWebhookAsync(with: w => w with { MaxInFlight = 1 });
        var goOn = new TaskCompletionSource<int>();
        Answer = _ => goOn.Task;
        var deliveries = await PublishAsync(3);
        await UntilReceivedAsync(1);
        node.Queue.BeforeRelease = () => throw new StorageUnavailableException("The disk is full.");
        var stopping = node.StopAsync();
        goOn.SetResult(200);
        await stopping;
        Assert.Equal(DeliveryState.Succeeded, (await node.Store.Deliveries.GetAsync(deliveries[0].Id, Cancel))!.State);

        await StartAsync();
        await UntilAllAsync(deliveries, DeliveryState.Succeeded);
        Assert.Equal(3, Received.Count);
    }

    [Fact]
    public async Task Stop_RecordFailsForGood_IsGivenUpAtTheDeadline()
    {
        var node = await StartAsync();
        node.ExpectErrors();
        await AddWebhookAsync();
        var tried = new TaskCompletionSource();
        node.Queue.BeforeComplete = () =>
        {
            tried.TrySetResult();
            throw new StorageUnavailableException("The disk is full.");
        };
        var delivery = (await PublishAsync(1))[0];
        await tried.Task;
        await AdvanceUntilAsync(node.StopAsync());
        await StartAsync();
        await UntilAsync(delivery, DeliveryState.Succeeded);
    }

    [Fact]
    public async Task Start_LeftByADeadProcess_IsSent()
    {
        await OpenAsync();
        var webhook = await AddWebhookAsync();
        var config = (await Pipeline.Store.Webhooks.LoadTenantAsync(webhook.TenantId, Cancel))!;
        var fanOut = new NewEvent(
            Records.Event() with { CreateTime = Clock.GetStoreNow() },
            [new("dlv_leased", webhook.Id, DeliveryTrigger.Publish, Leased: true), new("dlv_waiting", webhook.Id, DeliveryTrigger.Publish, Leased: false)],
            null);
        var appended = Assert.IsType<AppendResult.Appended>(await Pipeline.Store.Events.AppendAsync(
            new AppendRequest(webhook.TenantId, config.ConfigVersion, [fanOut], "node_dead", TimeSpan.FromHours(1)), Cancel));
        await Pipeline.StartAsync();
        await UntilAllAsync(appended.Events[0].Deliveries, DeliveryState.Succeeded);
    }
}
