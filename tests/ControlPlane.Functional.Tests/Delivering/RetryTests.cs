using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Functional.Tests.Delivering;

public sealed class RetryTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Deliver_ReceiverRecovers_SameIdWithFreshTimestampAndSignature()
    {
        var inbox = Receiver.Open();
        inbox.Answer = request => request.Number switch { 1 => 500, 2 => 503, _ => 204 };
        // Longer than a second, so that no two attempts can carry the same timestamp.
        var hook = await Tenant.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromMilliseconds(1100)));

        var sent = await Tenant.SendAsync();
        var delivery = await Tenant.UntilAsync(sent.Id, DeliveryState.Succeeded);

        var requests = inbox.Requests;
        Assert.Equal(3, requests.Count);
        Assert.All(requests, r => Assert.Equal(sent.EventId, r.Id));
        Assert.All(requests, r => Assert.True(r.Verify(hook.Secret).IsValid));
        Assert.All(requests, r => Assert.Equal(requests[0].Body.ToArray(), r.Body.ToArray()));
        Assert.Equal(3, requests.Select(r => r.Timestamp).Distinct().Count());
        Assert.Equal(3, requests.Select(r => r.Header("webhook-signature")).Distinct().Count());
        Assert.Equal([500, 503, 204], delivery.Attempts.Select(a => a.StatusCode));
        Assert.Equal([DeliveryTrigger.Publish, DeliveryTrigger.Schedule, DeliveryTrigger.Schedule], delivery.Attempts.Select(a => a.Trigger));
        Assert.Equal((3, EndReason.Delivered), (delivery.AttemptCount, delivery.EndReason));
    }

    [Fact]
    public async Task Deliver_AttemptsUsedUp_IsDead()
    {
        var inbox = Receiver.Open();
        inbox.Answer = _ => new Answer(500) { Body = "out of order" };
        await Tenant.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromMilliseconds(100), attempts: 2));

        var sent = await Tenant.SendAsync();
        var delivery = await Tenant.UntilAsync(sent.Id, DeliveryState.Dead);

        Assert.Equal((EndReason.AttemptsExhausted, 2, 500, FailureKind.HttpStatus),
            (delivery.EndReason, delivery.AttemptCount, delivery.LastStatusCode, delivery.LastFailure));
        Assert.All(delivery.Attempts, a => Assert.Equal("out of order", a.ResponseExcerpt));
        Assert.Null(delivery.NextAttemptTime);
        Assert.Equal(2, inbox.Requests.Count);
    }

    [Fact]
    public async Task Deliver_NonRetryableStatus_IsDeadAtOnce()
    {
        var inbox = Receiver.Open();
        inbox.Answer = _ => 422;
        await Tenant.HookAsync(inbox, w => w.RetryPolicy.NonRetryableStatuses.Add(422));

        var sent = await Tenant.SendAsync();
        var delivery = await Tenant.UntilAsync(sent.Id, DeliveryState.Dead);

        Assert.Equal((EndReason.NonRetryableStatus, 1), (delivery.EndReason, delivery.AttemptCount));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Deliver_RetryAfterSeconds_PutsTheNextAttemptOff(int status)
    {
        var inbox = Receiver.Open();
        inbox.Answer = _ => new Answer(status).With("retry-after", "3600");
        await Tenant.HookAsync(inbox);

        var sent = await Tenant.SendAsync();
        var delivery = await Tenant.UntilAsync(sent.Id, DeliveryState.RetryScheduled);

        Assert.InRange((delivery.NextAttemptTime - delivery.UpdateTime).ToTimeSpan().TotalSeconds, 3599, 3601);
    }

    [Fact]
    public async Task Deliver_RetryAfterDate_PutsTheNextAttemptOff()
    {
        var inbox = Receiver.Open();
        var date = TimeProvider.System.GetUtcNow().AddHours(2);
        inbox.Answer = _ => new Answer(503).With("retry-after", date.ToString("r"));
        await Tenant.HookAsync(inbox);

        var sent = await Tenant.SendAsync();
        var delivery = await Tenant.UntilAsync(sent.Id, DeliveryState.RetryScheduled);

        Assert.InRange(delivery.NextAttemptTime.ToDateTimeOffset(), date.AddSeconds(-2), date.AddSeconds(2));
    }

    [Fact]
    public async Task Deliver_RetryAfterOnAnotherStatus_IsNotHeeded()
    {
        var inbox = Receiver.Open();
        inbox.Answer = request => request.Number == 1 ? new Answer(500).With("retry-after", "3600") : 204;
        await Tenant.HookAsync(inbox);

        var sent = await Tenant.SendAsync();

        await Tenant.UntilAsync(sent.Id, DeliveryState.Succeeded);
    }

    [Fact]
    public async Task Deliver_Redirect_IsAFailureAndNotFollowed()
    {
        var (inbox, target) = (Receiver.Open(), Receiver.Open());
        inbox.Answer = _ => new Answer(307).With("location", target.Url);
        await Tenant.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromMilliseconds(100), attempts: 2));

        var sent = await Tenant.SendAsync();
        var delivery = await Tenant.UntilAsync(sent.Id, DeliveryState.Dead);

        Assert.Equal((307, FailureKind.Redirect), (delivery.LastStatusCode, delivery.LastFailure));
        Assert.Empty(target.Requests);
    }
}
