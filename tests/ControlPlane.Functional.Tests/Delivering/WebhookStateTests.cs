using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Delivering;

public sealed class WebhookStateTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Deliver_Gone_KillsTheDeliverySuspendsTheWebhookAndHoldsTheRest()
    {
        var (release, gone) = (new TaskCompletionSource(), true);
        var inbox = Receiver.Open();
        inbox.Answer = _ => Volatile.Read(ref gone) ? new Answer(410) { After = release.Task } : 204;
        var hook = (await Tenant.HookAsync(inbox, w => w.MaxInFlight = 1)).Webhook;

        var first = await Tenant.SendAsync();
        await inbox.CountAsync(1);
        Delivery[] waiting = [await Tenant.SendAsync(), await Tenant.SendAsync(), await Tenant.SendAsync()];
        release.SetResult();

        var dead = await Tenant.UntilAsync(first.Id, DeliveryState.Dead);
        Assert.Equal((EndReason.Gone, 1, 410), (dead.EndReason, dead.AttemptCount, dead.LastStatusCode));
        var suspended = await Eventually.BecomesAsync(() => Tenant.GetHookAsync(hook.Id), w => w.State == WebhookState.Suspended, "the suspension");
        Assert.Equal(StateReason.Gone, suspended.StateReason);
        foreach (var delivery in waiting)
        {
            Assert.Equal(0, (await Tenant.UntilAsync(delivery.Id, DeliveryState.Pending)).AttemptCount);
        }

        Assert.Single(inbox.Requests);

        Volatile.Write(ref gone, false);
        var resumed = await Tenant.ChangeAsync(new() { Id = hook.Id, Enabled = true });
        Assert.Equal((WebhookState.Active, StateReason.Unspecified), (resumed.State, resumed.StateReason));
        foreach (var delivery in waiting)
        {
            await Tenant.UntilAsync(delivery.Id, DeliveryState.Succeeded);
        }

        Assert.Equal(1, (await Tenant.PublishAsync()).DeliveryCount);
        Assert.Equal(DeliveryState.Dead, (await Tenant.GetAsync(first.Id)).State);
    }

    [Fact]
    public async Task Disable_NewEventsPassByAndWaitingOnesAreHeldUntilItIsEnabled()
    {
        var fails = true;
        var inbox = Receiver.Open();
        inbox.Answer = _ => Volatile.Read(ref fails) ? 500 : 204;
        var hook = (await Tenant.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromHours(1)))).Webhook;
        var sent = await Tenant.SendAsync();
        await Tenant.UntilAsync(sent.Id, DeliveryState.RetryScheduled);

        var disabled = await Tenant.ChangeAsync(new() { Id = hook.Id, Enabled = false });

        Assert.Equal((WebhookState.Disabled, StateReason.User), (disabled.State, disabled.StateReason));
        Assert.Equal(0, (await Tenant.PublishAsync()).DeliveryCount);
        Volatile.Write(ref fails, false);
        await Tenant.Clients.Webhooks.UpdateWebhookAsync(new() { Webhook = new() { Id = hook.Id, Enabled = true } });
        Assert.Equal(1, (await Tenant.PublishAsync()).DeliveryCount);
        await inbox.CountAsync(2);
        // Its own schedule still holds.
        Assert.Equal(DeliveryState.RetryScheduled, (await Tenant.GetAsync(sent.Id)).State);
    }

    [Fact]
    public async Task Delete_CancelsWhatWaits()
    {
        var release = new TaskCompletionSource();
        var inbox = Receiver.Open();
        inbox.Answer = request => request.Number == 1 ? 500 : new Answer(204) { After = release.Task };
        var hook = (await Tenant.HookAsync(inbox, w =>
        {
            w.MaxInFlight = 1;
            w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromHours(1));
        })).Webhook;
        var scheduled = await Tenant.SendAsync();
        await Tenant.UntilAsync(scheduled.Id, DeliveryState.RetryScheduled);
        var underWay = await Tenant.SendAsync();
        await inbox.CountAsync(2);
        var queued = await Tenant.SendAsync();

        await Tenant.Clients.Webhooks.DeleteWebhookAsync(new() { WebhookId = hook.Id });

        foreach (var delivery in new[] { scheduled, queued })
        {
            Assert.Equal(EndReason.WebhookDeleted, (await Tenant.UntilAsync(delivery.Id, DeliveryState.Cancelled)).EndReason);
        }

        release.SetResult();
        var ended = await Eventually.BecomesAsync(
            () => Tenant.GetAsync(underWay.Id), d => d.EndReason != EndReason.Unspecified, "the attempt under way to end");
        Assert.Contains(ended.State, new[] { DeliveryState.Cancelled, DeliveryState.Succeeded });
        Assert.Equal(2, inbox.Requests.Count);
        Assert.Equal(0, (await Tenant.PublishAsync()).DeliveryCount);
        (await Refusal.OfAsync(Tenant.Clients.Webhooks.GetWebhookAsync(new() { WebhookId = hook.Id }))).Is(StatusCode.NotFound, "NOT_FOUND");
        (await Refusal.OfAsync(Tenant.Clients.Deliveries.RetryDeliveryAsync(new() { DeliveryId = scheduled.Id })))
            .Is(StatusCode.FailedPrecondition, "WEBHOOK_DELETED");
        Assert.Equal(3, (await Tenant.ListAsync(new() { WebhookId = hook.Id })).Count);
    }

    [Fact]
    public async Task Change_AcknowledgedBeforeAPublish_IsSeenByIt()
    {
        var (before, after) = (Receiver.Open(), Receiver.Open());
        var hook = (await Tenant.HookAsync(before)).Webhook;

        for (var round = 1; round <= 10; round++)
        {
            await Tenant.ChangeAsync(new() { Id = hook.Id, Url = round % 2 == 0 ? before.Url : after.Url });
            var sent = await Tenant.SendAsync();
            await Tenant.UntilAsync(sent.Id, DeliveryState.Succeeded);
            Assert.Equal(round / 2, before.Requests.Count);
            Assert.Equal((round + 1) / 2, after.Requests.Count);
        }
    }
}
