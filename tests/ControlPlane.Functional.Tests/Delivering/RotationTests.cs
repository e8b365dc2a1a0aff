using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Functional.Tests.Delivering;

public sealed class RotationTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Rotate_WithinTheGracePeriod_BothSecretsVerify()
    {
        var inbox = Receiver.Open();
        var created = await Tenant.HookAsync(inbox);

        var rotated = await Tenant.Clients.Webhooks.RotateSecretAsync(new() { WebhookId = created.Webhook.Id });

        Assert.NotEqual(created.Secret, rotated.Secret);
        Assert.Equal(2, rotated.Webhook.Secrets.Count);
        Assert.Null(rotated.Webhook.Secrets[0].ExpireTime);
        Assert.NotNull(rotated.Webhook.Secrets[1].ExpireTime);
        var request = await NextAsync(inbox);
        Assert.True(request.Verify(created.Secret).IsValid);
        Assert.True(request.Verify(rotated.Secret).IsValid);
        Assert.Equal(2, request.Header("webhook-signature")!.Split(' ').Length);
    }

    [Fact]
    public async Task Rotate_GraceZero_OnlyTheNewSecretVerifies()
    {
        var inbox = Receiver.Open();
        var created = await Tenant.HookAsync(inbox);
        await NextAsync(inbox);

        var rotated = await Tenant.Clients.Webhooks.RotateSecretAsync(new() { WebhookId = created.Webhook.Id, GracePeriod = new Duration() });

        Assert.Single(rotated.Webhook.Secrets);
        var request = await NextAsync(inbox);
        Assert.False(request.Verify(created.Secret).IsValid);
        Assert.True(request.Verify(rotated.Secret).IsValid);
    }

    [Fact]
    public async Task Rotate_GraceEnds_TheOldSecretSignsNoMore()
    {
        var inbox = Receiver.Open();
        var created = await Tenant.HookAsync(inbox);
        var rotated = await Tenant.Clients.Webhooks.RotateSecretAsync(
            new() { WebhookId = created.Webhook.Id, GracePeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) });

        await Eventually.BecomesAsync(() => Tenant.GetHookAsync(created.Webhook.Id), w => w.Secrets.Count == 1, "the old secret to expire");

        var request = await NextAsync(inbox);
        Assert.False(request.Verify(created.Secret).IsValid);
        Assert.True(request.Verify(rotated.Secret).IsValid);
    }

    [Fact]
    public async Task Create_OwnSecret_SignsAndIsAnsweredOnce()
    {
        const string Own = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        var inbox = Receiver.Open();
        var created = await Tenant.Clients.Webhooks.CreateWebhookAsync(
            new() { Webhook = new Webhook { Url = inbox.Url, EventTypes = { "*" } }, Secret = Own });

        Assert.Equal(Own, created.Secret);
        Assert.True((await NextAsync(inbox)).Verify(Own).IsValid);
    }

    private async Task<ReceivedRequest> NextAsync(Inbox inbox)
    {
        var id = (await Tenant.PublishAsync()).Event.Id;
        return (await inbox.UntilAsync(requests => requests.Any(r => r.Id == id), $"the event {id}")).Single(r => r.Id == id);
    }
}
