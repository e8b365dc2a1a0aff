using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Delivering;

public sealed class OrderingTests(SharedServer shared) : SharedServerTest(shared)
{
    /// <summary>The event that is answered 503 for now.</summary>
    private volatile string _failing = "";

    [Fact]
    public async Task Deliver_TheFirstOfAKeyFails_ItsKeyWaitsAndNothingElse()
    {
        var inbox = await OpenAsync("a1");

        await PublishAsync("a1", "a2", "b1", "-1", "a3");
        await inbox.UntilAsync(r => Came(r, "b1", "-1") && r.Count(x => x.Id == "a1") > 2, "what is not of the key");
        var second = await FindAsync("a2");
        var explained = await Tenant.Clients.Deliveries.ExplainDeliveryAsync(new() { DeliveryId = second.Id });

        Assert.Equal((DeliveryState.Pending, "a"), (second.State, second.OrderingKey));
        Assert.Equal(WaitReason.OrderingKey, explained.Waits[0].Reason);
        Assert.Contains((await FindAsync("a1")).Id, explained.Waits[0].Detail);
        Assert.Empty(explained.NextAttempts);
        Assert.DoesNotContain(inbox.Requests, r => r.Id is "a2" or "a3");

        _failing = "";
        await inbox.UntilAsync(r => Came(r, "a3"), "the rest of the key");
        Assert.Equal(["a1", "a2", "a3"], Firsts(inbox, "a"));
    }

    [Fact]
    public async Task Deliver_ParkedKey_GoesOnPastTheOneThatFails()
    {
        var inbox = await OpenAsync("a1", w => w.HeadOfLine = HeadOfLine.Park);

        await PublishAsync("a1", "a2", "a3");
        await inbox.UntilAsync(r => Came(r, "a2", "a3"), "those behind");
        await inbox.UntilAsync(r => r.Count(x => x.Id == "a1") > 2, "the first to be tried again");
        _failing = "";

        await Tenant.UntilAsync((await FindAsync("a1")).Id, DeliveryState.Succeeded);
        Assert.Equal(["a1", "a2", "a3"], Firsts(inbox, "a"));
    }

    [Fact]
    public async Task UpdateWebhook_ToPark_LetsThoseBehindGo()
    {
        var inbox = await OpenAsync("a1");
        await PublishAsync("a1", "a2");
        await inbox.UntilAsync(r => r.Count > 2, "the first to fail");
        var hook = await Tenant.GetHookAsync((await FindAsync("a1")).WebhookId);
        Assert.Equal(HeadOfLine.Block, hook.HeadOfLine);

        hook = await Tenant.ChangeAsync(new() { Id = hook.Id, HeadOfLine = HeadOfLine.Park });

        Assert.Equal(HeadOfLine.Park, hook.HeadOfLine);
        await Tenant.UntilAsync((await FindAsync("a2")).Id, DeliveryState.Succeeded);
    }

    [Fact]
    public async Task CancelDelivery_TheFirstOfAKey_LetsTheNextGo()
    {
        await OpenAsync("a1", w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromHours(1)));
        await PublishAsync("a1", "a2");
        var first = await Tenant.UntilAsync((await FindAsync("a1")).Id, DeliveryState.RetryScheduled);

        await Tenant.Clients.Deliveries.CancelDeliveryAsync(new() { DeliveryId = first.Id });

        await Tenant.UntilAsync((await FindAsync("a2")).Id, DeliveryState.Succeeded);
    }

    [Fact]
    public async Task RetryDelivery_ADeadOne_GoesBeforeWhatWaits()
    {
        var inbox = await OpenAsync("a1", w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromHours(1), attempts: 1));
        var release = new TaskCompletionSource();
        var answer = inbox.Answer;
        inbox.Answer = request => request.Id == "a2" ? new Answer(204) { After = release.Task } : answer(request);
        await PublishAsync("a1", "a2", "a3");
        var dead = await Tenant.UntilAsync((await FindAsync("a1")).Id, DeliveryState.Dead);
        await inbox.UntilAsync(r => Came(r, "a2"), "the second to be sent");

        _failing = "";
        await Tenant.Clients.Deliveries.RetryDeliveryAsync(new() { DeliveryId = dead.Id });
        release.SetResult();

        await Tenant.UntilAsync((await FindAsync("a3")).Id, DeliveryState.Succeeded);
        Assert.Equal(["a1", "a2", "a1", "a3"], inbox.Requests.Select(r => r.Id));
    }

    [Fact]
    public async Task UpdateWebhook_DisabledAndEnabled_KeepsTheOrder()
    {
        var inbox = await OpenAsync("a1");
        await PublishAsync("a1", "a2", "a3");
        await inbox.UntilAsync(r => r.Count > 1, "the first to fail");
        var first = await FindAsync("a1");

        await Tenant.ChangeAsync(new() { Id = first.WebhookId, Enabled = false });
        _failing = "";
        await Tenant.Clients.Webhooks.UpdateWebhookAsync(
            new() { Webhook = new() { Id = first.WebhookId, Enabled = true }, UpdateMask = new() { Paths = { "enabled" } } });

        await Tenant.UntilAsync((await FindAsync("a3")).Id, DeliveryState.Succeeded);
        Assert.Equal(["a1", "a2", "a3"], Firsts(inbox, "a"));
    }

    [Fact]
    public async Task PublishEvent_SameIdOtherKey_IsAConflict()
    {
        await Tenant.PublishAsync(e => (e.Id, e.OrderingKey) = ("1", "a"));

        Assert.True((await Tenant.PublishAsync(e => (e.Id, e.OrderingKey) = ("1", "a"))).Duplicate);
        var refusal = await Refusal.OfAsync(Tenant.Clients.Events.PublishEventAsync(
            new() { Event = TestTenant.NewEvent(e => (e.Id, e.OrderingKey) = ("1", "b")) }));
        refusal.Is(StatusCode.AlreadyExists, "EVENT_CONFLICT");
        Assert.Equal("a", (await Tenant.Clients.Events.GetEventAsync(new() { EventId = "1" })).Event.OrderingKey);
    }

    private static bool Came(IReadOnlyList<ReceivedRequest> requests, params string[] ids) =>
        ids.All(id => requests.Any(request => request.Id == id));

    /// <summary>The events of a key in the order in which they first came.</summary>
    private static IEnumerable<string> Firsts(Inbox inbox, string key) =>
        inbox.Requests.Select(r => r.Id).Where(id => id.StartsWith(key, StringComparison.Ordinal)).Distinct();

    private async Task<Inbox> OpenAsync(string failing, Action<Webhook>? change = null)
    {
        _failing = failing;
        var inbox = Receiver.Open();
        inbox.Answer = request => request.Id == _failing ? 503 : 204;
        await Tenant.HookAsync(inbox, w =>
        {
            w.RetryPolicy.MaxAttempts = 100;
            change?.Invoke(w);
        });
        return inbox;
    }

    /// <summary>Publishes a batch; the first letter of an id is the key, "-" for none.</summary>
    private async Task PublishAsync(params string[] ids) => await Tenant.Clients.Events.BatchPublishEventsAsync(new()
    {
        Events = { ids.Select(id => TestTenant.NewEvent(e => (e.Id, e.OrderingKey) = (id, id[..1].TrimStart('-')))) },
    });

    private async Task<Delivery> FindAsync(string eventId) => Assert.Single(await Tenant.ListAsync(new() { EventId = eventId }));
}
