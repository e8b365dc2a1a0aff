using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Functional.Tests.Delivering;

/// <summary>What becomes of events that match a webhook while it is not active.</summary>
public sealed class HoldTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Suspended_EventsAreHeldOverAKillAndGoOutOldestFirst()
    {
        await using var server = await ServerProcess.StartAsync(Receiver);
        using var before = await TestTenant.CreateAsync(server);
        var (inbox, gone) = (Receiver.Open(), true);
        inbox.Answer = _ => Volatile.Read(ref gone) ? 410 : 204;
        var hook = await SuspendAsync(before, inbox, w => w.MaxInFlight = 1);
        List<string> published = [];
        for (var i = 0; i < 40; i++)
        {
            published.Add(await PublishAsync(before, deliveries: 1));
        }

        server.Kill();
        await server.ExitAsync();
        await server.StartAsync();
        using var tenant = new TestTenant(before.Id, before.Key, server.Connect(before.Key));
        published.Add(await PublishAsync(tenant, deliveries: 1));
        var held = await tenant.ListAsync(new() { WebhookId = hook.Id, States = { DeliveryState.Pending } });
        Assert.Equal(published, held.Select(d => d.EventId).Reverse());
        var explained = await tenant.Clients.Deliveries.ExplainDeliveryAsync(new() { DeliveryId = held[0].Id });
        Assert.Equal(WaitReason.WebhookSuspended, explained.Waits[0].Reason);
        Assert.All(explained.Checks, check => Assert.True(check.Met, check.Detail));
        Assert.Single(inbox.Requests);

        Volatile.Write(ref gone, false);
        await tenant.ChangeAsync(new() { Id = hook.Id, Enabled = true });
        await inbox.CountAsync(1 + published.Count);
        Assert.Equal(published, inbox.Requests.Skip(1).Select(r => r.Id));
    }

    [Fact]
    public async Task Suspended_WebhookThatSkips_GetsNoneOfThem()
    {
        var inbox = Receiver.Open();
        inbox.Answer = _ => 410;
        var hook = await SuspendAsync(Tenant, inbox, w => w.WhileSuspended = WhileInactive.Skip);
        Assert.Equal(WhileInactive.Skip, hook.WhileSuspended);

        var passed = await PublishAsync(Tenant, deliveries: 0);

        var explained = await Tenant.Clients.Deliveries.ExplainDeliveryAsync(new() { Pair = new() { EventId = passed, WebhookId = hook.Id } });
        var check = explained.Checks.Single(c => c.Condition == MatchCondition.State);
        Assert.False(check.Met);
        Assert.Contains("not held", check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disabled_WebhookThatHolds_GetsThemOnceItIsEnabled()
    {
        var inbox = Receiver.Open();
        var hook = (await Tenant.HookAsync(inbox)).Webhook;
        Assert.Equal((WhileInactive.Hold, WhileInactive.Skip), (hook.WhileSuspended, hook.WhileDisabled));
        await Tenant.ChangeAsync(new() { Id = hook.Id, Enabled = false, WhileDisabled = WhileInactive.Hold });

        var held = await PublishAsync(Tenant, deliveries: 1);
        Assert.Empty(inbox.Requests);
        await Tenant.ChangeAsync(new() { Id = hook.Id, Enabled = true });

        Assert.Equal(held, (await inbox.CountAsync(1))[0].Id);
    }

    private static async Task<Webhook> SuspendAsync(TestTenant tenant, Inbox inbox, Action<Webhook> change)
    {
        var hook = (await tenant.HookAsync(inbox, change)).Webhook;
        await tenant.PublishAsync();
        return await Eventually.BecomesAsync(
            () => tenant.GetHookAsync(hook.Id), w => w.State == WebhookState.Suspended, "the suspension");
    }

    private static async Task<string> PublishAsync(TestTenant tenant, int deliveries)
    {
        var published = await tenant.PublishAsync();
        Assert.Equal(deliveries, published.DeliveryCount);
        return published.Event.Id;
    }
}
