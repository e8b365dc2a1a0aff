using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Delivering;

public sealed class TestWebhookTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Test_ReceiverAnswers_GivesTheSuccessfulAttempt()
    {
        var inbox = Receiver.Open();
        var hook = await Tenant.HookAsync(inbox);

        var delivery = await TestAsync(new() { WebhookId = hook.Webhook.Id });

        var request = Assert.Single(inbox.Requests);
        Assert.True(request.Verify(hook.Secret).IsValid);
        Assert.Equal(delivery.EventId, request.Id);
        Assert.Equal((DeliveryState.Succeeded, DeliveryTrigger.Test, "webhook.test"), (delivery.State, delivery.Trigger, delivery.EventType));
        Assert.Equal(204, Assert.Single(delivery.Attempts).StatusCode);
        Assert.Equal(delivery, await Tenant.GetAsync(delivery.Id));
    }

    [Fact]
    public async Task Test_ReceiverFails_IsNoErrorAndNotRetried()
    {
        var inbox = Receiver.Open();
        inbox.Answer = _ => 500;
        var hook = await Tenant.HookAsync(inbox);

        var delivery = await TestAsync(new() { WebhookId = hook.Webhook.Id });

        Assert.Equal((DeliveryState.Dead, EndReason.TestFailed, 1), (delivery.State, delivery.EndReason, delivery.AttemptCount));
        Assert.Equal((500, FailureKind.HttpStatus), (delivery.Attempts[0].StatusCode, delivery.Attempts[0].Failure));
        Assert.Equal(WebhookState.Active, (await Tenant.GetHookAsync(hook.Webhook.Id)).State);
    }

    [Fact]
    public async Task Test_GoneReceiver_DoesNotSuspend()
    {
        var inbox = Receiver.Open();
        inbox.Answer = _ => 410;
        var hook = await Tenant.HookAsync(inbox);

        var delivery = await TestAsync(new() { WebhookId = hook.Webhook.Id });

        Assert.Equal(EndReason.TestFailed, delivery.EndReason);
        Assert.Equal(WebhookState.Active, (await Tenant.GetHookAsync(hook.Webhook.Id)).State);
    }

    [Fact]
    public async Task Test_DisabledWebhookOfOtherTypes_IsSentWithTheGivenContent()
    {
        var inbox = Receiver.Open();
        var hook = await Tenant.HookAsync(inbox, w =>
        {
            w.Enabled = false;
            w.EventTypes[0] = "invoice.*";
        });
        var payload = ByteString.CopyFromUtf8("[ 1 ,2]");

        var delivery = await TestAsync(new() { WebhookId = hook.Webhook.Id, EventType = "order.created", Payload = payload });

        Assert.Equal((DeliveryState.Succeeded, "order.created"), (delivery.State, delivery.EventType));
        Assert.Equal(payload.ToByteArray(), Assert.Single(inbox.Requests).Body.ToArray());
    }

    [Fact]
    public async Task Test_WrongContent_NamesTheFieldsAndSendsNothing()
    {
        var inbox = Receiver.Open();
        var hook = await Tenant.HookAsync(inbox);

        var refusal = await Refusal.OfAsync(Tenant.Clients.Webhooks.TestWebhookAsync(
            new() { WebhookId = hook.Webhook.Id, EventType = "no spaces", Payload = ByteString.CopyFromUtf8("{") }));

        refusal.Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
        Assert.Equal(["event_type EVENT_TYPE_INVALID", "payload PAYLOAD_NOT_JSON"], refusal.Violations);
        Assert.Empty(inbox.Requests);
        Assert.Empty(await Tenant.ListAsync());
    }

    private async Task<Delivery> TestAsync(TestWebhookRequest request) => (await Tenant.Clients.Webhooks.TestWebhookAsync(request)).Delivery;
}
