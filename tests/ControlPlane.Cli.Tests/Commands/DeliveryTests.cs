using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class DeliveryTests : HookctlTest
{
    [Fact]
    public async Task List_Filters_FillTheRequest()
    {
        (await RunAsync(
            "deliveries list --webhook wh_1 --event e-1 --state dead --state RETRY_SCHEDULED --event-type a.* --instance i "
            + "--created-after 2026-01-01 --limit 7")).Succeeded();

        Assert.Equal(
            new ListDeliveriesRequest
            {
                PageSize = 7,
                WebhookId = "wh_1",
                EventId = "e-1",
                States = { DeliveryState.Dead, DeliveryState.RetryScheduled },
                EventTypes = { "a.*" },
                Instance = "i",
                CreatedAfter = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)),
            },
            Server.Single<ListDeliveriesRequest>());
    }

    [Fact]
    public async Task List_UnknownState_IsAUsageErrorThatNamesThem()
    {
        var run = await RunAsync("deliveries list --state lost");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("pending, in-flight, retry-scheduled, succeeded, dead, cancelled", run.Error);
    }

    [Fact]
    public async Task GetRetryCancel_Id_IsSent()
    {
        var delivery = new Delivery { Id = "dlv_1", State = DeliveryState.Pending };
        Server.Answer<GetDeliveryRequest>(_ => new GetDeliveryResponse { Delivery = delivery });
        Server.Answer<RetryDeliveryRequest>(_ => new RetryDeliveryResponse { Delivery = delivery });
        Server.Answer<CancelDeliveryRequest>(_ => new CancelDeliveryResponse { Delivery = delivery });

        foreach (var verb in new[] { "get", "retry", "cancel" })
        {
            var run = (await RunAsync($"deliveries {verb} dlv_1 --json")).Succeeded();
            Assert.Equal(delivery, run.Json<Delivery>());
        }

        Assert.Equal(
            [
                new GetDeliveryRequest { DeliveryId = "dlv_1" },
                new RetryDeliveryRequest { DeliveryId = "dlv_1" },
                new CancelDeliveryRequest { DeliveryId = "dlv_1" },
            ],
            Server.Requests);
    }
}
