using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Cluster.Tests;

/// <summary>What holds whichever node is asked.</summary>
public abstract class SemanticsTest(TwoNodes nodes) : ClusterTest(nodes: 2, nodes.Cluster)
{
    [Fact]
    public async Task Publish_AfterAChangeOnTheOtherNode_SeesIt()
    {
        for (var i = 0; i < 20; i++)
        {
            var (one, other) = (Tenants[i % 2], Tenants[(i + 1) % 2]);
            var inbox = Cluster.Receiver.Open();
            var hook = await one.HookAsync(inbox, webhook => webhook.EventTypes[0] = "change.seen");
            Assert.Equal(Inboxes.Count + 1, (await other.PublishAsync(e => e.Type = "change.seen")).DeliveryCount);
            await inbox.CountAsync(1);
            await one.Clients.Webhooks.DeleteWebhookAsync(new() { WebhookId = hook.Webhook.Id });
            Assert.Equal(Inboxes.Count, (await other.PublishAsync(e => e.Type = "change.seen")).DeliveryCount);
        }
    }

    [Fact]
    public async Task Publish_SameIdOnBothAtOnce_IsOneEvent()
    {
        var published = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Tenants[i % 2].PublishAsync(e => e.Id = $"evt_{i / 2}")));

        Assert.Equal(30, published.Count(each => !each.Duplicate));
        await ArriveAsync([.. Enumerable.Range(0, 30).Select(i => $"evt_{i}")]);
        await SettleAsync(Tenants[0]);
        Assert.All(Inboxes, inbox => Assert.Equal(30, inbox.Requests.Count));
    }

    [Fact]
    public async Task Watch_OneNode_ShowsWhatAllMakeInOrder()
    {
        // Platform keys alone are shown the store's revisions.
        using var platform = Cluster.Nodes[0].Connect();
        await using var watcher = await Watcher.StartAsync(platform, new() { TenantId = Tenants[0].Id });
        var expected = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            var published = await Tenants[i % 2].PublishAsync();
            expected.UnionWith((await Tenants[0].ListAsync(new() { EventId = published.Event.Id })).Select(delivery => delivery.Id));
        }

        var ended = new HashSet<string>();
        while (ended.Count < expected.Count)
        {
            var seen = await watcher.UntilAsync(message => message.Delivery is { State: DeliveryState.Succeeded });
            ended.Add(seen.Delivery.Id);
        }

        Assert.Equal(expected.Order(), ended.Order());
        var revisions = watcher.Deliveries.Select(delivery => delivery.Revision).ToList();
        Assert.Equal(revisions.Order().Distinct(), revisions);
    }

    [Fact]
    public async Task Webhook_OrderingKeyPublishedOnBoth_ArrivesInOrder()
    {
        var inbox = Cluster.Receiver.Open();
        await Tenants[0].HookAsync(inbox, webhook => webhook.EventTypes[0] = "ordered");
        for (var i = 0; i < 60; i++)
        {
            await Tenants[i % 2].PublishAsync(e => (e.Type, e.OrderingKey, e.Id) = ("ordered", "key", $"evt_{i}"));
        }

        var requests = await inbox.CountAsync(60);

        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"evt_{i}"), requests.Select(request => request.Id));
    }

    [Fact]
    public async Task Webhook_MaxInFlight_HoldsOverTheCluster()
    {
        var (most, now) = (0, 0);
        var inbox = Cluster.Receiver.Open();
        var gates = new System.Collections.Concurrent.ConcurrentBag<TaskCompletionSource>();
        inbox.Answer = _ =>
        {
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            most = Math.Max(most, Interlocked.Increment(ref now));
            gates.Add(gate);
            return new Answer(204) { After = gate.Task };
        };
        await Tenants[0].HookAsync(inbox, webhook => (webhook.EventTypes[0], webhook.MaxInFlight) = ("limited", 3));
        for (var i = 0; i < 30; i++)
        {
            await Tenants[i % 2].PublishAsync(e => e.Type = "limited");
        }

        for (var ended = 0; ended < 30;)
        {
            await inbox.CountAsync(Math.Min(30, ended + 1));
            while (gates.TryTake(out var gate))
            {
                Interlocked.Decrement(ref now);
                gate.SetResult();
                ended++;
            }
        }

        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public async Task Key_RevokedOnTheOtherNode_IsRefused()
    {
        using var platform = Cluster.Nodes[0].Connect();
        var made = await platform.Admin.CreateApiKeyAsync(new() { ApiKey = new() { TenantId = Tenants[0].Id, Scopes = { TestTenant.AllScopes } } });
        using var client = Cluster.Nodes[1].Connect(made.Secret);
        await client.Webhooks.ListWebhooksAsync(new());

        await platform.Admin.RevokeApiKeyAsync(new() { ApiKeyId = made.ApiKey.Id });

        await Eventually.BecomesAsync(
            async () =>
            {
                try
                {
                    await client.Webhooks.ListWebhooksAsync(new());
                    return StatusCode.OK;
                }
                catch (RpcException e)
                {
                    return e.StatusCode;
                }
            },
            status => status == StatusCode.Unauthenticated, "the key to be refused");
    }

    [Fact]
    public async Task Redrive_StartedOnOneNode_RetriesEachOnce()
    {
        var inbox = Cluster.Receiver.Open();
        inbox.Answer = _ => 400;
        var hook = await Tenants[0].HookAsync(inbox, webhook =>
            (webhook.EventTypes[0], webhook.RetryPolicy) = ("dead", TestTenant.RetryEvery(TimeSpan.FromMilliseconds(100), attempts: 1)));
        for (var i = 0; i < 40; i++)
        {
            await Tenants[i % 2].PublishAsync(e => e.Type = "dead");
        }

        var request = new RedriveDeliveriesRequest { WebhookId = hook.Webhook.Id, MaxRatePerSecond = 1000 };
        await Eventually.BecomesAsync(
            async () => (await Tenants[1].Clients.Deliveries.RedriveDeliveriesAsync(new(request) { ValidateOnly = true })).Count,
            count => count == 40, "all to be dead letters");
        inbox.Answer = _ => 204;

        await Tenants[1].Clients.Deliveries.RedriveDeliveriesAsync(request);

        await SettleAsync(Tenants[0]);
        Assert.Equal(80, inbox.Requests.Count);
        Assert.Equal(40, inbox.Accepted.Distinct().Count());
    }
}
