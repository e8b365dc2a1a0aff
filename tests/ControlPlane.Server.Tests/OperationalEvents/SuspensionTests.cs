using System.Text.Json;
using ControlPlane.Server.Publishing;
using ControlPlane.Server.Recording;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.OperationalEvents;

/// <summary>What a webhook is suspended for, what then waits, and who is told of it: through the whole walk.</summary>
public sealed class SuspensionTests : WalkTest
{
    private const string Suspended = "controlplane.webhook.suspended";
    private const string Dead = "controlplane.delivery.dead";

    [Fact]
    public async Task Gone_IsToldToThoseWhoAskedForIt()
    {
        await StartAsync();
        await AddWebhookAsync("wh_1", w => w with { EventTypes = ["order.*"] });
        await AddWebhookAsync("wh_all");
        await AddWebhookAsync("wh_ops", w => w with { EventTypes = ["controlplane.*"] });
        await AddWebhookAsync("wh_dead", w => w with { EventTypes = [Dead] });
        Answer = request => Task.FromResult(request.Path == "/wh_1" ? 410 : 200);

        var deliveries = Assert.Single(await PublishAsync(Draft())).Deliveries;

        var dead = await UntilAsync(deliveries.Single(d => d.WebhookId == "wh_1"), DeliveryState.Dead);
        Assert.Equal([Dead, Suspended], await ToldAsync("wh_ops"));
        Assert.Equal([Dead], await ToldAsync("wh_dead"));
        Assert.Empty(await ToldAsync("wh_all"));
        Assert.Empty(await ToldAsync("wh_1"));
        await UntilAllAsync(await OperationalEventsToAsync("wh_ops"), DeliveryState.Succeeded);
        var told = JsonDocument.Parse(Received.Single(r => r.Path == "/wh_ops" && Text(r, "type") == Dead).Body).RootElement.GetProperty("data");
        Assert.Equal((dead.Id, "GONE", 1), (
            told.GetProperty("delivery_id").GetString(), told.GetProperty("end_reason").GetString(), told.GetProperty("attempt_count").GetInt32()));
        Assert.All(await OperationalEventsAsync(), told => Assert.Equal("wh_1", told.Labels!["webhook_id"]));
    }

    [Fact]
    public async Task Gone_ItselfTheOnlySubscriber_NothingIsStored()
    {
        await StartAsync();
        await AddWebhookAsync("wh_1", w => w with { EventTypes = ["*", "controlplane.*", Suspended] });
        Answer = _ => Task.FromResult(410);

        await UntilAsync((await PublishAsync(1))[0], DeliveryState.Dead);

        Assert.Equal(WebhookState.Suspended, (await StoredAsync("wh_1")).State);
        Assert.Empty(await OperationalEventsAsync());
    }

    [Fact]
    public async Task Gone_WhoWasToldToo_NothingTellsOfThatDeath()
    {
        await StartAsync();
        await AddWebhookAsync("wh_1");
        await AddWebhookAsync("wh_ops1", w => w with { EventTypes = ["controlplane.*"], MaxInFlight = 1 });
        await AddWebhookAsync("wh_ops2", w => w with { EventTypes = ["controlplane.*"] });
        Answer = request => Task.FromResult(request.Path == "/wh_ops2" ? 200 : 410);

        await UntilAsync((await PublishAsync(1))[0], DeliveryState.Dead);

        var first = (await OperationalEventsToAsync("wh_ops1")).MinBy(told => told.Id, StringComparer.Ordinal)!;
        await UntilAsync(first, DeliveryState.Dead);
        Assert.Equal(StateReason.Gone, (await StoredAsync("wh_ops1")).StateReason);
        // Of the first webhook both, of the second that it is suspended; and the one that is suspended is told no more.
        Assert.Equal([Dead, Suspended, Suspended], (await OperationalEventsAsync()).Select(n => n.Type).Order(StringComparer.Ordinal));
        Assert.Equal(2, (await OperationalEventsToAsync("wh_ops1")).Count);
        await UntilAllAsync(await OperationalEventsToAsync("wh_ops2"), DeliveryState.Succeeded);
    }

    [Fact]
    public async Task Exhausted_WithAnInstance_IsToldToThoseWhoReceiveFromIt()
    {
        await StartAsync();
        await AddWebhookAsync("wh_1", w => w with { RetryPolicy = new RetryPolicyRecord { MaxAttempts = 1 } });
        await AddWebhookAsync("wh_eu", w => w with { EventTypes = ["controlplane.*"], Instances = ["eu"] });
        await AddWebhookAsync("wh_us", w => w with { EventTypes = ["controlplane.*"], Instances = ["us"] });
        Answer = request => Task.FromResult(request.Path == "/wh_1" ? 500 : 200);

        await UntilAsync(Assert.Single(await PublishAsync(Draft() with { Instance = "eu" })).Deliveries[0], DeliveryState.Dead);

        Assert.Equal([Dead], await ToldAsync("wh_eu"));
        Assert.Empty(await ToldAsync("wh_us"));
    }

    [Fact]
    public async Task TestFails_NothingIsTold()
    {
        await StartAsync();
        var webhook = await AddWebhookAsync("wh_1");
        await AddWebhookAsync("wh_ops", w => w with { EventTypes = ["controlplane.*"] });
        Answer = request => Task.FromResult(request.Path == "/wh_1" ? 410 : 200);

        var sent = await Pipeline.Get<TestPublisher>().SendAsync(webhook, "", null, null);

        Assert.Equal(EndReason.TestFailed, sent!.Delivery.EndReason);
        Assert.Equal(WebhookState.Active, (await StoredAsync("wh_1")).State);
        Assert.Empty(await OperationalEventsAsync());
    }

    [Fact]
    public async Task FailingForTooLong_IsSuspendedAndToldSinceWhen()
    {
        await OpenAsync();
        var webhook = await AddWebhookAsync("wh_1");
        await AddWebhookAsync("wh_ops", w => w with { EventTypes = [Suspended] });
        var deliveries = await PublishAsync(2);
        var since = Clock.GetStoreNow();

        await Pipeline.Get<Recorder>().RecordAsync(deliveries[0], webhook, Outcome(500));
        Clock.Advance(TimeSpan.FromDays(5));
        var stored = await Pipeline.Get<Recorder>().RecordAsync(deliveries[1], webhook, Outcome(500));

        Assert.Equal(DeliveryState.RetryScheduled, stored!.Delivery.State);
        Assert.Equal(StateReason.Failing, (await StoredAsync("wh_1")).StateReason);
        var suspension = Assert.Single(await OperationalEventsAsync());
        var payload = Assert.Single(await Pipeline.Store.Events.FindAsync(suspension.Id, null, Cancel)).Payload;
        var told = JsonDocument.Parse(payload).RootElement.GetProperty("data");
        Assert.Equal(("FAILING", since), (told.GetProperty("reason").GetString(), told.GetProperty("failing_since").GetDateTimeOffset()));
    }

    [Fact]
    public async Task AddressRefused_SuspendsAndEverythingWaitsForTheResumption()
    {
        await StartAsync(("Egress:AllowedNetworks", "10.0.0.0/8"));
        await AddWebhookAsync("wh_1", w => w with { RetryPolicy = new RetryPolicyRecord { MaxAttempts = 1 } });

        var deliveries = await PublishAsync(5);

        var tried = await UntilAsync(deliveries[0], d => d.AttemptCount == 1);
        Assert.Equal((DeliveryState.RetryScheduled, FailureKind.BlockedAddress), (tried.State, tried.LastFailure));
        var suspended = await StoredAsync("wh_1");
        Assert.Equal((WebhookState.Suspended, StateReason.AddressBlocked), (suspended.State, suspended.StateReason));
        foreach (var delivery in deliveries)
        {
            await UntilAsync(delivery, d => d.State is DeliveryState.Pending or DeliveryState.RetryScheduled);
        }

        await StartAsync();
        await UpdateAsync("wh_1", w => w with { State = WebhookState.Active, StateReason = StateReason.None });
        await UntilAllAsync(deliveries, DeliveryState.Succeeded);
        Assert.Equal(5, Received.Count);
    }

    [Fact]
    public async Task Record_SubscriptionUnseen_IsSeenInTheCommit()
    {
        await OpenAsync();
        var webhook = await AddWebhookAsync("wh_1");
        var delivery = (await PublishAsync(1))[0];
        // As another node would: this one's picture is not told.
        await Pipeline.Store.Webhooks.CreateAsync(Records.Webhook("wh_ops", "controlplane.*"), Cancel);

        await Pipeline.Get<Recorder>().RecordAsync(delivery, webhook, Outcome(410));

        Assert.Equal([Dead, Suspended], await ToldAsync("wh_ops"));
    }

    [Fact]
    public async Task Record_WebhookChangedSince_IsNotSuspendedForWhatItWas()
    {
        await OpenAsync();
        var tried = await AddWebhookAsync("wh_1");
        var deliveries = await PublishAsync(2);
        await AddWebhookAsync("wh_ops", w => w with { EventTypes = ["controlplane.*"] });
        await UpdateAsync("wh_1", w => w with { Url = "https://hooks.example.com/new" });

        await Pipeline.Get<Recorder>().RecordAsync(deliveries[0], tried, Outcome(410));
        await Pipeline.Get<Recorder>().RecordAsync(deliveries[1], tried, Outcome(0, FailureKind.BlockedAddress));

        Assert.Equal(WebhookState.Active, (await StoredAsync("wh_1")).State);
        Assert.Equal([Dead], await ToldAsync("wh_ops"));
    }

    [Fact]
    public async Task Gone_SeveralAtOnce_SuspendOnceAndEachDeathIsTold()
    {
        await StartAsync();
        await AddWebhookAsync("wh_1", w => w with { EventTypes = ["order.*"] });
        await AddWebhookAsync("wh_ops", w => w with { EventTypes = ["controlplane.*"] });
        var together = new TaskCompletionSource<int>();
        Answer = request => request.Path == "/wh_1" ? together.Task : Task.FromResult(200);
        var deliveries = await PublishAsync(4);
        await UntilReceivedAsync(4);

        together.SetResult(410);
        await UntilAllAsync(deliveries, DeliveryState.Dead);

        Assert.Equal(2, (await StoredAsync("wh_1")).Version);
        Assert.Equal([Dead, Dead, Dead, Dead, Suspended], await ToldAsync("wh_ops"));
    }

    [Fact]
    public async Task Record_TakenOverMeanwhile_TellsNothing()
    {
        await OpenAsync();
        var webhook = await AddWebhookAsync("wh_1");
        var delivery = (await PublishAsync(1))[0];
        await AddWebhookAsync("wh_ops", w => w with { EventTypes = ["controlplane.*"] });
        await Pipeline.Store.Deliveries.CancelAsync(delivery.Id, Cancel);

        Assert.Null(await Pipeline.Get<Recorder>().RecordAsync(delivery, webhook, Outcome(410)));

        Assert.Equal(WebhookState.Active, (await StoredAsync("wh_1")).State);
        Assert.Empty(await OperationalEventsAsync());
    }

    [Fact]
    public async Task Record_StoreRefuses_StoresNothingAndAllOfItWhenMadeAgain()
    {
        var node = await OpenAsync();
        var webhook = await AddWebhookAsync("wh_1");
        var delivery = (await PublishAsync(1))[0];
        await AddWebhookAsync("wh_ops", w => w with { EventTypes = ["controlplane.*"] });
        node.Queue.BeforeComplete = () => throw new StorageUnavailableException("busy");
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Pipeline.Get<Recorder>().RecordAsync(delivery, webhook, Outcome(410)));
        Assert.Equal(WebhookState.Active, (await StoredAsync("wh_1")).State);
        Assert.Empty(await OperationalEventsAsync());

        node.Queue.BeforeComplete = () => Task.CompletedTask;
        await Pipeline.Get<Recorder>().RecordAsync(delivery, webhook, Outcome(410));

        Assert.Equal(WebhookState.Suspended, (await StoredAsync("wh_1")).State);
        Assert.Equal([Dead, Suspended], await ToldAsync("wh_ops"));
    }

    private static AttemptOutcome Outcome(int status, FailureKind failure = FailureKind.HttpStatus) =>
        new() { StartTime = Records.Time, Duration = TimeSpan.Zero, StatusCode = status, Failure = failure };

    private static string? Text(ReceivedRequest request, string name) =>
        JsonDocument.Parse(request.Body).RootElement.GetProperty(name).GetString();

    private async Task<WebhookRecord> StoredAsync(string id) => (await Pipeline.Store.Webhooks.GetAsync(id, Cancel))!;

    private async Task<IReadOnlyList<EventRecord>> OperationalEventsAsync() =>
        (await Pipeline.Store.Events.ListAsync(new EventQuery { EventTypes = ["controlplane.*"], Limit = 100 }, Cancel)).Items;

    private async Task<IReadOnlyList<DeliveryRecord>> OperationalEventsToAsync(string webhookId) =>
        (await Pipeline.Store.Deliveries.ListAsync(
            new DeliveryQuery { WebhookId = webhookId, EventTypes = ["controlplane.*"], Limit = 100 }, Cancel)).Items;

    /// <summary>The types of the operational events for a webhook.</summary>
    private async Task<IEnumerable<string>> ToldAsync(string webhookId) =>
        (await OperationalEventsToAsync(webhookId)).Select(told => told.EventType).Order(StringComparer.Ordinal);
}
