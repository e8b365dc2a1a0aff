using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;
using ControlPlane.V1;
using Microsoft.AspNetCore.Builder;
using StateReason = ControlPlane.Storage.StateReason;
using WebhookState = ControlPlane.Storage.WebhookState;

namespace ControlPlane.Server.Tests.Webhooks.Settings;

/// <summary>Enabling a suspended webhook tells those who asked to be told of it; and what subscriptions to that may look like.</summary>
public sealed class ResumeTests : WebhookTest
{
    private const string Resumed = "controlplane.webhook.resumed";

    [Fact]
    public async Task Enable_Suspended_IsToldToOthers()
    {
        var webhook = await SuspendedAsync(w => w.EventTypes.Add("controlplane.*"));
        var told = await CreateAsync(w => w.EventTypes.Add("controlplane.*"));

        var resumed = await UpdateAsync(new() { Id = webhook.Id, Enabled = true });

        Assert.Equal((V1.WebhookState.Active, V1.StateReason.Unspecified), (resumed.State, resumed.StateReason));
        var delivery = Assert.Single(await OperationalEventsAsync());
        Assert.Equal((told.Id, Resumed), (delivery.WebhookId, delivery.EventType));
    }

    [Fact]
    public async Task Enable_SubscriptionUnseen_IsSeenInTheCommit()
    {
        var webhook = await SuspendedAsync();
        var created = false;
        Store.BeforeUpdate = async store =>
        {
            if (!created)
            {
                created = true;
                await store.CreateAsync(Records.Webhook("wh_ops", "controlplane.*"), Cancelled);
            }
        };

        var resumed = await UpdateAsync(new() { Id = webhook.Id, Enabled = true });

        Assert.Equal(V1.WebhookState.Active, resumed.State);
        Assert.Equal("wh_ops", Assert.Single(await OperationalEventsAsync()).WebhookId);
    }

    [Fact]
    public async Task Change_OfOtherStates_IsNotTold()
    {
        var suspended = await SuspendedAsync();
        var active = await CreateAsync();
        await CreateAsync(w => w.EventTypes.Add("controlplane.*"));

        await UpdateAsync(new() { Id = suspended.Id, Name = "still suspended" });
        await UpdateAsync(new() { Id = suspended.Id, Enabled = false });
        await UpdateAsync(new() { Id = suspended.Id, Enabled = true });
        await UpdateAsync(new() { Id = active.Id, Enabled = false });
        await UpdateAsync(new() { Id = active.Id, Enabled = true });

        Assert.Empty(await OperationalEventsAsync());
    }

    [Fact]
    public async Task Create_TypeThatIsNoOperationalEvent_Refused()
    {
        var error = await RpcErrors.OfAsync(() => CreateAsync(w =>
        {
            w.EventTypes.Clear();
            w.EventTypes.Add(["controlplane.webhook.suspnded", Resumed, "controlplane.webhook.*", "controlplane"]);
        }));

        Assert.Equal(["webhook.event_types[0] EVENT_TYPE_UNKNOWN"], error.Violations());
    }

    [Fact]
    public async Task Publish_OperationalType_RefusedButPreviewed()
    {
        var source = new Event { Type = Resumed, Payload = Google.Protobuf.ByteString.CopyFromUtf8("{}") };
        var webhook = await CreateAsync(w => w.EventTypes.Add(Resumed));

        var one = await RpcErrors.OfAsync(async () => await Events.PublishEventAsync(new() { Event = source }, cancellationToken: Cancelled));
        var batch = await RpcErrors.OfAsync(async () => await Events.BatchPublishEventsAsync(
            new() { Events = { source, new Event(source) { Type = "mine" } } }, cancellationToken: Cancelled));
        var preview = await Webhooks.PreviewRequestAsync(new() { WebhookId = webhook.Id, Event = source }, cancellationToken: Cancelled);

        Assert.Equal(["event.type EVENT_TYPE_RESERVED"], one.Violations());
        Assert.Equal(["events[0].type EVENT_TYPE_RESERVED"], batch.Violations());
        Assert.Equal("{}", preview.Body.ToStringUtf8());
    }

    [Fact]
    public async Task Explain_EventAboutTheWebhookItself_SaysSo()
    {
        var webhook = await SuspendedAsync(w => w.EventTypes.Add("controlplane.*"));
        await CreateAsync(w => w.EventTypes.Add("controlplane.*"));
        await UpdateAsync(new() { Id = webhook.Id, Enabled = true });
        var told = Assert.Single(await OperationalEventsAsync());

        var explained = await Deliveries.ExplainDeliveryAsync(
            new() { Pair = new() { EventId = told.EventId, WebhookId = webhook.Id } }, cancellationToken: Cancelled);

        Assert.Equal(MatchCondition.Subject, Assert.Single(explained.Checks, check => !check.Met).Condition);
        Assert.Contains("a webhook does not receive events about itself", explained.Summary, StringComparison.Ordinal);
    }

    /// <summary>Nothing is sent: there is no receiver.</summary>
    private protected override void Configure(WebApplicationBuilder builder) =>
        builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(DispatchWorker)));

    private async Task<Webhook> SuspendedAsync(Action<Webhook>? change = null)
    {
        var made = await CreateAsync(change);
        var stored = (await Engine.Webhooks.GetAsync(made.Id, Cancelled))!;
        await Engine.Webhooks.UpdateAsync(
            stored with { State = WebhookState.Suspended, StateReason = StateReason.Gone, Version = stored.Version + 1 }, Cancelled);
        return made;
    }

    private async Task<IReadOnlyList<DeliveryRecord>> OperationalEventsAsync() =>
        (await Engine.Deliveries.ListAsync(new DeliveryQuery { EventTypes = ["controlplane.*"] }, Cancelled)).Items;
}
