using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Deliveries.Explaining;
using ControlPlane.Server.Publishing;
using ControlPlane.Server.Tests.Webhooks;
using ControlPlane.Storage;
using ControlPlane.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using DeliveryState = ControlPlane.Storage.DeliveryState;

namespace ControlPlane.Server.Tests.Deliveries.Explaining;

/// <summary>Explanations over a real store and dispatcher.</summary>
public sealed class ExplainTests : ReceiverTest
{
    private static readonly Caller Platform = new("key_1", null, new HashSet<string>());

    [Fact]
    public async Task Explain_TypeNotCovered_SaysSo()
    {
        var webhook = await CreateAsync(w => w.EventTypes[0] = "call.*");
        var published = await PublishAsync();
        var answer = await ExplainAsync(published, webhook.Id);
        Assert.False(answer.Matched);
        Assert.Null(answer.Delivery);
        Assert.False(answer.WebhookChanged);
        Assert.Equal("Not delivered. No pattern of the webhook covers \"message.new\": call.*.", answer.Summary);
        Assert.Empty(answer.Waits);
    }

    [Fact]
    public async Task Explain_WebhookCreatedLater_SaysSo()
    {
        var published = await PublishAsync();
        Clock.Advance(TimeSpan.FromSeconds(1));
        var webhook = await CreateAsync();
        var answer = await ExplainAsync(published, webhook.Id);
        Assert.Equal(MatchCondition.Existence, Assert.Single(answer.Checks, check => !check.Met).Condition);
    }

    [Fact]
    public async Task Explain_WebhookChangedSince_DoesNotPretendToKnow()
    {
        var webhook = await CreateAsync(w => w.EventTypes[0] = "call.*");
        var published = await PublishAsync();
        Clock.Advance(TimeSpan.FromSeconds(1));
        await UpdateAsync(new() { Id = webhook.Id, EventTypes = { "*" } }, "event_types");
        var answer = await ExplainAsync(published, webhook.Id);
        Assert.All(answer.Checks, check => Assert.True(check.Met));
        Assert.True(answer.WebhookChanged);
        Assert.StartsWith("Not delivered, although the event would match now.", answer.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_HangingReceiver_GoesFromSendingToDueLaterToDisabled()
    {
        using var receiver = new RawReceiver(certificate: null);
        var webhook = await CreateAsync(w => (w.Url, w.RetryPolicy) = (UrlOf(receiver.Port), new() { Preset = "wawp" }));
        var published = await PublishAsync();
        await receiver.Greeted;

        var sending = await ExplainAsync(published, webhook.Id);
        Assert.True(sending.Matched);
        Assert.Equal([WaitReason.Sending], sending.Waits.Select(wait => wait.Reason));
        Assert.Equal(1, sending.Queue.InFlight);
        Assert.Null(sending.DueTime);
        Assert.Equal(15, sending.NextAttempts.Count);

        Clock.Advance(TimeSpan.FromSeconds(15));
        await UntilAsync(sending.Delivery.Id, DeliveryState.RetryScheduled);
        var waiting = await ExplainAsync(new() { DeliveryId = sending.Delivery.Id });
        Assert.Equal([WaitReason.NotDue], waiting.Waits.Select(wait => wait.Reason));
        Assert.Equal(1, waiting.RetryNumber);
        Assert.Equal(Sample.Seconds(2), waiting.PolicyDelay);
        Assert.Equal(Clock.GetUtcNow().AddSeconds(2), waiting.DueTime.ToDateTimeOffset());
        Assert.Equal(waiting.DueTime, waiting.NextAttempts[0].Time);
        Assert.Equal(2, waiting.NextAttempts[0].Number);

        await UpdateAsync(new() { Id = webhook.Id, Enabled = false }, "enabled");
        var disabled = await ExplainAsync(published, webhook.Id);
        Assert.Equal([WaitReason.WebhookDisabled, WaitReason.NotDue], disabled.Waits.Select(wait => wait.Reason));
        Assert.True(disabled.Matched);
        Assert.True(disabled.WebhookChanged);
        Assert.Empty(disabled.NextAttempts);

        await Webhooks.DeleteWebhookAsync(new() { WebhookId = webhook.Id }, cancellationToken: Cancelled);
        var deleted = await ExplainAsync(published, webhook.Id);
        Assert.Equal("Cancelled, since its webhook was deleted.", deleted.Summary);
        Assert.Equal(MatchCondition.Existence, Assert.Single(deleted.Checks).Condition);
        Assert.Empty(deleted.Waits);
    }

    [Fact]
    public async Task Explain_Delivered_SaysWithWhichAttempt()
    {
        using var certificate = Authority.Issue(EgressRig.Host);
        using var receiver = new RawReceiver(certificate);
        var webhook = await CreateAsync(w => w.Url = UrlOf(receiver.Port));
        var published = await PublishAsync();
        var delivery = (await ExplainAsync(published, webhook.Id)).Delivery;
        await UntilAsync(delivery.Id, DeliveryState.Succeeded);
        var answer = await ExplainAsync(published, webhook.Id);
        Assert.Equal("Delivered with attempt 1.", answer.Summary);
        Assert.Empty(answer.NextAttempts);
    }

    [Fact]
    public async Task Explain_WhatIsNotThere_IsNotFound()
    {
        var webhook = await CreateAsync();
        var published = await PublishAsync();
        var stranger = new Caller("key_2", "other", new HashSet<string>());
        ExplainDeliveryRequest pair = new() { Pair = new() { EventId = published, WebhookId = webhook.Id } };
        var delivery = (await ExplainAsync(pair)).Delivery.Id;
        await RefusedAsync(Platform, new() { DeliveryId = "dlv_none" }, StatusCode.NotFound);
        await RefusedAsync(Platform, new() { Pair = new() { EventId = "none", WebhookId = webhook.Id } }, StatusCode.NotFound);
        await RefusedAsync(Platform, new() { Pair = new() { EventId = published, WebhookId = "wh_none" } }, StatusCode.NotFound);
        await RefusedAsync(stranger, pair, StatusCode.NotFound);
        await RefusedAsync(stranger, new() { DeliveryId = delivery }, StatusCode.NotFound);
        await RefusedAsync(Platform, new(), StatusCode.InvalidArgument);
        await RefusedAsync(Platform, new() { Pair = new() }, StatusCode.InvalidArgument);
    }

    private protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Services.AddSingleton<DeliveryExplainer>();
    }

    private async Task<string> PublishAsync()
    {
        var result = await Server.Services.GetRequiredService<Publisher>().PublishAsync(
            TenantRecord.DefaultId,
            [new EventDraft("", "message.new", "", "{}"u8.ToArray(), "application/json", "", "", null)],
            Cancelled);
        return Assert.IsType<PublishResult.Published>(result).Events[0].Event.Id;
    }

    private Task<ExplainDeliveryResponse> ExplainAsync(string eventId, string webhookId) =>
        ExplainAsync(new() { Pair = new() { EventId = eventId, WebhookId = webhookId } });

    private Task<ExplainDeliveryResponse> ExplainAsync(ExplainDeliveryRequest request) =>
        Server.Services.GetRequiredService<DeliveryExplainer>().ExplainAsync(Platform, request, Cancelled);

    private async Task RefusedAsync(Caller caller, ExplainDeliveryRequest request, StatusCode code)
    {
        var refusal = await Assert.ThrowsAsync<RequestException>(
            () => Server.Services.GetRequiredService<DeliveryExplainer>().ExplainAsync(caller, request, Cancelled));
        Assert.Equal(code, refusal.ToRpcException().StatusCode);
    }

    private async Task UntilAsync(string deliveryId, DeliveryState state)
    {
        while ((await Engine.Deliveries.GetAsync(deliveryId, Cancelled))!.State != state)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancelled);
        }
    }
}
