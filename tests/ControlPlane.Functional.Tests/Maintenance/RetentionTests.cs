using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Maintenance;

/// <summary>What has expired goes while the server runs, and says so where somebody asks for it.</summary>
public sealed class RetentionTests(SharedServer shared)
{
    [Fact]
    public async Task Run_ShortClocks_RemovesWhatEndedAndKeepsTheRest()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver, setup =>
        {
            setup.Settings["Retention:Payloads"] = "00:00:01";
            setup.Settings["Retention:Metadata"] = "00:00:02";
            setup.Settings["Retention:DeadLettersPerWebhook"] = "1";
            setup.Settings["Retention:Interval"] = "00:00:01";
        });
        using var tenant = await TestTenant.CreateAsync(server);
        var inbox = shared.Receiver.Open();
        inbox.Answer = request => request.Body.Span.IndexOf("fails"u8) >= 0 ? 500 : 204;
        await tenant.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromHours(1), attempts: 2));
        await using var watcher = await Watcher.StartAsync(tenant.Clients);
        var start = watcher.Seen[0].ResumeToken;
        var waiting = await tenant.SendAsync(e => e.Payload = Google.Protobuf.ByteString.CopyFromUtf8("\"fails\""));
        await tenant.UntilAsync(waiting.Id, DeliveryState.RetryScheduled);

        await tenant.PublishAsync(e => e.Id = "order-1");
        var delivered = (await watcher.UntilAsync(m => m.Delivery is { EventId: "order-1", State: DeliveryState.Succeeded })).Delivery;

        await Eventually.BecomesAsync(
            () => tenant.ListAsync(), all => all.All(d => d.Id != delivered.Id), "the delivery to expire");
        await Eventually.BecomesAsync(
            async () => (await tenant.Clients.Events.ListEventsAsync(new())).Events, all => all.All(e => e.Id != "order-1"), "the event to expire");
        (await Refusal.OfAsync(tenant.Clients.Deliveries.GetDeliveryAsync(new() { DeliveryId = delivered.Id })))
            .Is(StatusCode.NotFound, "NOT_FOUND");
        (await Watcher.RefusedAsync(tenant.Clients, new() { ResumeToken = start })).Is(StatusCode.OutOfRange, "RESUME_TOKEN_EXPIRED");
        var kept = (await tenant.Clients.Events.GetEventAsync(new() { EventId = waiting.EventId })).Event;
        Assert.Equal("\"fails\"", kept.Payload.ToStringUtf8());
        Assert.Equal(DeliveryState.RetryScheduled, (await tenant.GetAsync(waiting.Id)).State);
        Assert.False((await tenant.PublishAsync(e => e.Id = "order-1")).Duplicate);
    }
}
