using ControlPlane.Egress;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Egress.Trust;
using ControlPlane.Server.Recording;
using ControlPlane.Server.Sending;
using ControlPlane.Server.Webhooks.Dialects;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Sending;

public sealed class UnsendableTests
{
    private static readonly DeliveryRecord Delivery = new()
    {
        Id = "dlv_1",
        EventId = "evt_1",
        WebhookId = "wh_1",
        TenantId = "default",
        EventType = "message.new",
        State = DeliveryState.InFlight,
        Trigger = DeliveryTrigger.Publish,
    };

    [Theory]
    [InlineData("wahooks", "text/plain", true)]
    [InlineData("gowa", "application/octet-stream", true)]
    [InlineData("waha", "text/json", true)]
    [InlineData("waha", "application/jsonx", true)]
    [InlineData("wahooks", "application/json", false)]
    [InlineData("wahooks", "Application/JSON ; charset=utf-8", false)]
    [InlineData("wahooks", "application/cloudevents+json; charset=utf-8", false)]
    [InlineData("svix", "text/plain", false)]
    [InlineData("wachat", "application/octet-stream", false)]
    public async Task Send_ContentTypeAndDialect_EndsTheDeliveryOnlyIfTheyDoNotFit(string dialect, string contentType, bool unsendable)
    {
        using var rig = new EgressRig();
        var webhook = Wire.Webhook(dialect) with { Url = "https://hooks.example.com:1/" };
        Assert.True(WebhookDialects.TryGet(webhook, out var dialects));
        var endpoint = new Endpoint(webhook, dialects, [("0123456789abcdef", null)], TimeSpan.FromSeconds(5));
        var sender = new WebhookSender(rig.Get<EgressInvoker>(), rig.Get<ServerTrust>(), rig.Get<RemoteAddressLedger>(), Options.Create(new SendingOptions()), TimeProvider.System);

        var outcome = await sender.SendAsync(
            endpoint, Delivery, Wire.Event() with { ContentType = contentType }, TestContext.Current.CancellationToken);

        Assert.Equal(unsendable, outcome.Unsendable);
        Assert.False(outcome.Succeeded);
        Assert.Equal(unsendable, outcome.Message.Contains($"\"{contentType}\"", StringComparison.Ordinal));
        var decision = RetryDecider.Decide(null, Delivery, outcome, Wire.Now, 0.5);
        Assert.Equal(
            unsendable ? (DeliveryState.Dead, EndReason.Unsendable) : (DeliveryState.RetryScheduled, EndReason.None),
            (decision.State, decision.EndReason));
    }
}
