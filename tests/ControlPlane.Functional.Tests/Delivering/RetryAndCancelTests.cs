using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Delivering;

/// <summary>RetryDelivery and CancelDelivery.</summary>
public sealed class RetryAndCancelTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Retry_Succeeded_SendsTheSameEventOnceMore()
    {
        var inbox = Receiver.Open();
        var hook = await Tenant.HookAsync(inbox);
        var sent = await Tenant.SendAsync();
        await Tenant.UntilAsync(sent.Id, DeliveryState.Succeeded);

        var retried = (await Tenant.Clients.Deliveries.RetryDeliveryAsync(new() { DeliveryId = sent.Id })).Delivery;

        var requests = await inbox.CountAsync(2);
        Assert.Equal((sent.Id, DeliveryTrigger.Retry, EndReason.Unspecified), (retried.Id, retried.Trigger, retried.EndReason));
        Assert.All(requests, r => Assert.Equal(sent.EventId, r.Id));
        Assert.All(requests, r => Assert.True(r.Verify(hook.Secret).IsValid));
        var delivery = await Tenant.UntilAsync(sent.Id, DeliveryState.Succeeded);
        Assert.Equal([DeliveryTrigger.Publish, DeliveryTrigger.Retry], delivery.Attempts.Select(a => a.Trigger));
    }

    [Fact]
    public async Task Retry_Dead_StartsThePolicyAnew()
    {
        var fails = true;
        var inbox = Receiver.Open();
        inbox.Answer = request => Volatile.Read(ref fails) || request.Number == 3 ? 500 : 204;
        await Tenant.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromMilliseconds(100), attempts: 2));
        var sent = await Tenant.SendAsync();
        await Tenant.UntilAsync(sent.Id, DeliveryState.Dead);

        Volatile.Write(ref fails, false);
        await Tenant.Clients.Deliveries.RetryDeliveryAsync(new() { DeliveryId = sent.Id });

        var delivery = await Tenant.UntilAsync(sent.Id, DeliveryState.Succeeded);
        Assert.Equal([500, 500, 500, 204], delivery.Attempts.Select(a => a.StatusCode));
        Assert.Equal([1, 2, 3, 4], delivery.Attempts.Select(a => a.Number));
    }

    [Fact]
    public async Task Retry_NotEnded_IsRefused()
    {
        var inbox = Receiver.Open();
        inbox.Answer = _ => 500;
        await Tenant.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromHours(1)));
        var sent = await Tenant.SendAsync();
        await Tenant.UntilAsync(sent.Id, DeliveryState.RetryScheduled);

        var refusal = await Refusal.OfAsync(Tenant.Clients.Deliveries.RetryDeliveryAsync(new() { DeliveryId = sent.Id }));

        refusal.Is(StatusCode.FailedPrecondition, "DELIVERY_NOT_ENDED");
        Assert.Equal(sent.Id, Assert.Single(refusal.Detail<Google.Rpc.PreconditionFailure>().Violations).Subject);
    }

    [Fact]
    public async Task Cancel_Scheduled_EndsItAndRetryRevivesIt()
    {
        var inbox = Receiver.Open();
        inbox.Answer = request => request.Number == 1 ? 500 : 204;
        await Tenant.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromHours(1)));
        var sent = await Tenant.SendAsync();
        await Tenant.UntilAsync(sent.Id, DeliveryState.RetryScheduled);

        var cancelled = (await Tenant.Clients.Deliveries.CancelDeliveryAsync(new() { DeliveryId = sent.Id })).Delivery;

        Assert.Equal((DeliveryState.Cancelled, EndReason.CancelledByCaller), (cancelled.State, cancelled.EndReason));
        Assert.Null(cancelled.NextAttemptTime);
        (await Refusal.OfAsync(Tenant.Clients.Deliveries.CancelDeliveryAsync(new() { DeliveryId = sent.Id })))
            .Is(StatusCode.FailedPrecondition, "DELIVERY_ENDED");
        await Tenant.Clients.Deliveries.RetryDeliveryAsync(new() { DeliveryId = sent.Id });
        await Tenant.UntilAsync(sent.Id, DeliveryState.Succeeded);
    }

    [Fact]
    public async Task Cancel_InFlight_StaysCancelledWhateverTheReceiverAnswers()
    {
        var release = new TaskCompletionSource();
        var inbox = Receiver.Open();
        inbox.Answer = request => request.Number == 1 ? new Answer(500) { After = release.Task } : 204;
        await Tenant.HookAsync(inbox);
        var sent = await Tenant.SendAsync();
        await inbox.CountAsync(1);

        await Tenant.Clients.Deliveries.CancelDeliveryAsync(new() { DeliveryId = sent.Id });
        release.SetResult();
        // The next one's arrival shows that the lane has moved on.
        await Tenant.UntilAsync((await Tenant.SendAsync()).Id, DeliveryState.Succeeded);

        Assert.Equal(DeliveryState.Cancelled, (await Tenant.GetAsync(sent.Id)).State);
        Assert.Single(inbox.Requests, r => r.Id == sent.EventId);
    }

    [Fact]
    public async Task RetryAndCancel_MissingDelivery_NotFound()
    {
        const string Missing = "dlv_01jzzzzzzzzzzzzzzzzzzzzzzz";

        (await Refusal.OfAsync(Tenant.Clients.Deliveries.RetryDeliveryAsync(new() { DeliveryId = Missing }))).Is(StatusCode.NotFound, "NOT_FOUND");
        (await Refusal.OfAsync(Tenant.Clients.Deliveries.CancelDeliveryAsync(new() { DeliveryId = Missing }))).Is(StatusCode.NotFound, "NOT_FOUND");
    }
}
