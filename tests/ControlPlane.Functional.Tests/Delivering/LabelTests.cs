using System.Text;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Functional.Tests.Delivering;

/// <summary>Which events a webhook receives by their labels.</summary>
public sealed class LabelTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Publish_WebhookThatAsksForLabels_GetsTheEventsThatHaveOneValueOfEach()
    {
        var inbox = Receiver.Open();
        var hook = (await Tenant.HookAsync(inbox, w =>
        {
            w.MatchLabels["region"] = "eu";
            w.MatchLabels["channels"] = "a,b";
        })).Webhook;
        Assert.Equal("a,b", hook.MatchLabels["channels"]);

        var wanted = await PublishAsync(1, ("region", "eu"), ("channels", "b,c"), ("more", ""));
        var other = await PublishAsync(0, ("region", "eu"), ("channels", "ab,c"));
        await PublishAsync(0, ("region", "eu"));
        await PublishAsync(0);

        Assert.Equal(wanted, (await inbox.CountAsync(1))[0].Id);
        var explained = await Tenant.Clients.Deliveries.ExplainDeliveryAsync(new() { Pair = new() { EventId = other, WebhookId = hook.Id } });
        Assert.Equal(MatchCondition.Labels, Assert.Single(explained.Checks, check => !check.Met).Condition);
        Assert.Contains("\"channels\" is \"ab,c\"", explained.Summary, StringComparison.Ordinal);

        await Tenant.Clients.Webhooks.UpdateWebhookAsync(new() { Webhook = new() { Id = hook.Id }, UpdateMask = new() { Paths = { "match_labels" } } });
        await PublishAsync(1);
        await inbox.CountAsync(2);
    }

    [Fact]
    public async Task Operational_WebhookThatAsksForALabel_HearsOfThatWebhookOnly()
    {
        var (gone, news) = (Receiver.Open(), Receiver.Open());
        gone.Answer = _ => 410;
        var first = (await Tenant.HookAsync(gone, w => w.EventTypes[0] = "a")).Webhook;
        var second = (await Tenant.HookAsync(gone, w => w.EventTypes[0] = "b")).Webhook;
        await Tenant.HookAsync(news, w =>
        {
            w.EventTypes[0] = "controlplane.webhook.suspended";
            w.MatchLabels["webhook_id"] = second.Id;
        });

        foreach (var (hook, type) in new[] { (first, "a"), (second, "b") })
        {
            await Tenant.PublishAsync(e => e.Type = type);
            await Eventually.BecomesAsync(
                () => Tenant.GetHookAsync(hook.Id), w => w.State == WebhookState.Suspended, "the suspension");
        }

        Assert.Contains(second.Id, Encoding.UTF8.GetString((await news.CountAsync(1))[0].Body.Span), StringComparison.Ordinal);
        Assert.Single((await Tenant.Clients.Events.ListEventsAsync(new() { EventTypes = { "controlplane.*" } })).Events);
    }

    private async Task<string> PublishAsync(int deliveries, params (string Key, string Value)[] labels)
    {
        var published = await Tenant.PublishAsync(e => e.Labels.Add(labels.ToDictionary(l => l.Key, l => l.Value)));
        Assert.Equal(deliveries, published.DeliveryCount);
        return published.Event.Id;
    }
}
