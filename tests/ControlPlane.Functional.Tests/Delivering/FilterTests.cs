using System.Globalization;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Functional.Tests.Delivering;

/// <summary>Which events a webhook receives by its filter.</summary>
public sealed class FilterTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Publish_WebhookWithAFilter_GetsTheEventsThatItWants()
    {
        var inbox = Receiver.Open();
        var hook = (await Tenant.HookAsync(inbox, w => w.Filter = "event.payload.amount > 100 && event.labels.region == 'eu'")).Webhook;
        Assert.Equal(OnFilterError.Deliver, hook.OnFilterError);

        var wanted = await PublishAsync(1, """{"amount":101}""");
        var small = await PublishAsync(0, """{"amount":100}""");
        var failing = await PublishAsync(1, """{"amount":"much"}""");

        Assert.Equal([wanted, failing], (await inbox.CountAsync(2)).Select(r => r.Id).Order(StringComparer.Ordinal));
        var explained = await Tenant.Clients.Deliveries.ExplainDeliveryAsync(new() { Pair = new() { EventId = small, WebhookId = hook.Id } });
        Assert.Equal("Not delivered. The filter: \"event.payload.amount > 100\" is false.", explained.Summary);
        explained = await Tenant.Clients.Deliveries.ExplainDeliveryAsync(new() { Pair = new() { EventId = failing, WebhookId = hook.Id } });
        Assert.Contains(
            "the webhook gets such events: \"event.payload.amount > 100\" cannot be evaluated: \">\" does not take string and int.",
            explained.Checks.Single(c => c.Condition == MatchCondition.Filter).Detail, StringComparison.Ordinal);

        await Tenant.ChangeAsync(new() { Id = hook.Id, OnFilterError = OnFilterError.Skip });
        await PublishAsync(0, """{"amount":"much"}""");
        await Tenant.Clients.Webhooks.UpdateWebhookAsync(new() { Webhook = new() { Id = hook.Id }, UpdateMask = new() { Paths = { "filter" } } });
        await PublishAsync(1, """{"amount":1}""");
        await inbox.CountAsync(3);
    }

    [Fact]
    public async Task Publish_Batch_JudgesEachEventForEachWebhook()
    {
        var inbox = Receiver.Open();
        for (var i = 0; i < 3; i++)
        {
            var n = i.ToString(CultureInfo.InvariantCulture);
            await Tenant.HookAsync(inbox, w => w.Filter = $"event.payload.n % 3 == {n} && event.id != ''");
        }

        var events = Enumerable.Range(0, 30).Select(n => TestTenant.NewEvent(
            e => e.Payload = ByteString.CopyFromUtf8($$"""{"n":{{n.ToString(CultureInfo.InvariantCulture)}}}""")));
        var published = await Tenant.Clients.Events.BatchPublishEventsAsync(new() { Events = { events } });

        Assert.All(published.Results, result => Assert.Equal(1, result.DeliveryCount));
        Assert.Equal(30, (await inbox.CountAsync(30)).Select(r => r.Id).Distinct().Count());
    }

    [Fact]
    public async Task Create_WrongFilter_SaysWhere()
    {
        var refusal = await Refusal.OfAsync(async () => await Tenant.HookAsync(Receiver.Open(), w => w.Filter = "event.payload.a == 1 &&\nevent.colour == 2"));
        Assert.Equal(["webhook.filter FILTER_INVALID"], refusal.Violations);
        var violation = Assert.Single(refusal.Detail<Google.Rpc.BadRequest>().FieldViolations);
        Assert.Contains("line 2, column 7: an event has no \"colour\"", violation.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preview_WebhookWithAFilter_SaysWhatItSays()
    {
        var hook = (await Tenant.HookAsync(Receiver.Open(), w => w.Filter = "event.payload.order > 1 && 'vip' in event.labels")).Webhook;

        var preview = await Tenant.Clients.Webhooks.PreviewRequestAsync(new() { WebhookId = hook.Id, Event = TestTenant.NewEvent() });
        Assert.Equal((false, "The filter: \"event.payload.order > 1\" is false."), (preview.Filter.Met, preview.Filter.Detail));

        preview = await Tenant.Clients.Webhooks.PreviewRequestAsync(new()
        {
            WebhookId = hook.Id,
            Event = TestTenant.NewEvent(e =>
            {
                e.Payload = ByteString.CopyFromUtf8("""{"order":2}""");
                e.Labels["vip"] = "";
            }),
        });
        Assert.True(preview.Filter.Met);
    }

    private async Task<string> PublishAsync(int deliveries, string payload)
    {
        var published = await Tenant.PublishAsync(e =>
        {
            e.Payload = ByteString.CopyFromUtf8(payload);
            e.Labels["region"] = "eu";
        });
        Assert.Equal(deliveries, published.DeliveryCount);
        return published.Event.Id;
    }
}
