using ControlPlane.Server.Watching;
using ControlPlane.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests;

/// <summary>A node over a store that another one changes: it finds out by signals, and without them a poll interval later.</summary>
public sealed class NodeTests : WalkTest
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private readonly StorageEngine _other;

    /// <summary>Opens the store a second time, as the other node.</summary>
    public NodeTests() => _other = Stored.Open(Clock);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Publish_OnAnotherNode_IsSentHere(bool signalled)
    {
        await BeginAsync(signalled);
        await AddWebhookAsync();
        var version = (await _other.Webhooks.GetConfigVersionAsync(TenantRecord.DefaultId, Cancel))!.Value;
        var source = new EventRecord
        {
            Id = "evt_1",
            TenantId = TenantRecord.DefaultId,
            Type = "order.paid",
            Payload = "{}"u8.ToArray(),
            CreateTime = Clock.GetStoreNow(),
        };
        var added = new NewEvent(source, [new("dlv_1", "wh_1", DeliveryTrigger.Publish, Leased: false)], null);
        var appended = Assert.IsType<AppendResult.Appended>(await _other.Events.AppendAsync(
            new(TenantRecord.DefaultId, version, [added], "node_other", TimeSpan.FromMinutes(1)), Cancel));

        await UntilAsync(appended.Events[0].Deliveries[0], DeliveryState.Succeeded, signalled ? null : Poll);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disable_OnAnotherNode_WhatIsQueuedHereGoesBack(bool signalled)
    {
        await BeginAsync(signalled);
        await AddWebhookAsync(with: w => w with { MaxInFlight = 1 });
        var goOn = new TaskCompletionSource<int>();
        Answer = _ => goOn.Task;
        var deliveries = await PublishAsync(3);
        await UntilReceivedAsync(1);

        var held = (await _other.Webhooks.GetAsync("wh_1", Cancel))!;
        await _other.Webhooks.UpdateAsync(held with { State = WebhookState.Disabled, Version = held.Version + 1 }, Cancel);

        await UntilAsync(deliveries[1], DeliveryState.Pending, signalled ? null : Poll);
        await UntilAsync(deliveries[2], DeliveryState.Pending);
        goOn.SetResult(200);
        await UntilAsync(deliveries[0], DeliveryState.Succeeded);
        Assert.Single(Received);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Change_OnAnotherNode_IsWatchedHere(bool signalled)
    {
        Signal(signalled);
        // One that sends would take the other's lease for a dead owner's, and change the delivery again.
        await OpenAsync();
        var webhook = Records.Webhook();
        await _other.Webhooks.CreateAsync(webhook, Cancel);
        var store = Pipeline.Store;
        using var hub = new WatchHub(
            store.Changes, store.Signals, Options.Create(new WatchingOptions()), Clock, NullLogger<FeedReader>.Instance);
        using var watching = await hub.EnterAsync(Cancel);
        var version = (await _other.Webhooks.GetConfigVersionAsync(TenantRecord.DefaultId, Cancel))!.Value;
        var source = new EventRecord { Id = "evt_1", TenantId = TenantRecord.DefaultId, Type = "order.paid", CreateTime = Clock.GetStoreNow() };
        var added = new NewEvent(source, [new("dlv_1", webhook.Id, DeliveryTrigger.Publish, Leased: true)], null);
        await _other.Events.AppendAsync(
            new(TenantRecord.DefaultId, version, [added], "node_other", TimeSpan.FromMinutes(1)), Cancel);

        var read = await hub.ReadAsync(0, 10, null, Cancel);
        while (read.Changes.Count == 0)
        {
            Clock.Advance(signalled ? TimeSpan.Zero : Poll);
            await Task.Yield();
            read = await hub.ReadAsync(0, 10, null, Cancel);
        }

        Assert.Equal("dlv_1", Assert.Single(read.Changes).Id);
        Assert.False(read.FromStore);
    }

    private Task<PipelineHarness> BeginAsync(bool signalled)
    {
        Signal(signalled);
        return StartAsync();
    }

    private void Signal(bool signalled) =>
        Engine = signalled ? engine => engine : engine => engine with { Signals = new FakeSignals { PollInterval = Poll } };
}
