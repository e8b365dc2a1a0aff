namespace ControlPlane.Storage.Compliance;

/// <summary>Closing, reopening, and giving up on an operation.</summary>
public abstract class DurabilityTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Reopen_EverythingAcknowledged_IsThere()
    {
        var webhook = await AddWebhookAsync();
        var waiting = await PublishAsync(webhook);
        var leased = await PublishAsync(webhook, leased: true);
        var scheduled = (await FailAsync(await PublishAsync(webhook, leased: true), TimeSpan.FromSeconds(1)))!;
        var attempts = await Store.Deliveries.ListAttemptsAsync(scheduled.Id, Cancel);

        await ReopenAsync();

        Assert.Equal([scheduled, leased, waiting], await ListAsync(new DeliveryQuery()));
        Assert.Equal(attempts, await Store.Deliveries.ListAttemptsAsync(scheduled.Id, Cancel));
        Assert.Equivalent(webhook, await Store.Webhooks.GetAsync(webhook.Id, Cancel), strict: true);
        Assert.NotNull(await SucceedAsync(leased));
    }

    [Fact]
    public async Task Close_OperationsHandedIn_AreFinishedFirst()
    {
        var webhook = await AddWebhookAsync();
        var version = await ReadConfigVersionAsync();

        var pending = Enumerable.Range(0, 200).Select(_ => Store.Events.AppendAsync(
            new AppendRequest(TenantRecord.DefaultId, version, [To(NewEvent(), false, webhook)], Owner, TimeSpan.Zero), Cancel)).ToList();
        await ReopenAsync();

        Assert.All(await Task.WhenAll(pending), result => Assert.IsType<AppendResult.Appended>(result));
        Assert.Equal(200, (await ListAsync(new DeliveryQuery())).Count);
    }

    [Fact]
    public async Task Closed_Used_IsUnavailable()
    {
        var webhook = await AddWebhookAsync();
        var closed = Store;
        await ReopenAsync();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => closed.Deliveries.GetAsync("dlv_1", Cancel));
        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => closed.Webhooks.DeleteAsync(webhook.Id, null, Now, Cancel));
        await closed.DisposeAsync();
        Assert.NotNull(await Store.Webhooks.GetAsync(webhook.Id, Cancel));
    }

    [Fact]
    public async Task Write_CancelledBefore_StoresNothing()
    {
        var webhook = NewWebhook();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.Webhooks.CreateAsync(webhook, new CancellationToken(canceled: true)));

        Assert.Null(await Store.Webhooks.GetAsync(webhook.Id, Cancel));
    }
}
