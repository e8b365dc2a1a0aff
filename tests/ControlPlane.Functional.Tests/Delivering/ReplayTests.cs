using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Delivering;

/// <summary>Sending a webhook what was published before.</summary>
public sealed class ReplayTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Replay_TwoTypesToANewWebhook_ArriveOnceInOrder()
    {
        var published = await PublishAsync(Tenant, 100, "order.created", "order.paid", "user.new");
        var inbox = Receiver.Open();
        var hook = (await Tenant.HookAsync(inbox, w => w.MaxInFlight = 1)).Webhook;
        var request = new ReplayEventsRequest { WebhookId = hook.Id, EventTypes = { "order.*" }, MaxPerSecond = 1_000 };
        var wanted = published.Where(e => e.Type != "user.new").Select(e => e.Id).ToList();

        Assert.Equal(new() { Count = 200 }, await ReplayAsync(new(request) { ValidateOnly = true }));
        Assert.Empty(await Tenant.ListAsync());
        var done = await FinishAsync(Tenant, (await ReplayAsync(request)).RedriveId);
        var again = await FinishAsync(Tenant, (await ReplayAsync(request)).RedriveId);

        await inbox.CountAsync(200);
        Assert.Equal(wanted, inbox.Requests.Select(r => r.Id));
        Assert.Equal((200, 200, 0), (done.MatchedCount, done.RetriedCount, done.SkippedCount));
        Assert.Equal(new() { OnlyMissing = true }, done.Replay);
        Assert.Equal((0, 0), (again.MatchedCount, again.RetriedCount));
        var deliveries = await Eventually.BecomesAsync(
            () => Tenant.ListAsync(new() { WebhookId = hook.Id }), all => all.All(d => d.State == DeliveryState.Succeeded), "all to succeed");
        Assert.Equal(wanted, deliveries.Select(d => d.EventId).Reverse());
        Assert.All(deliveries, d => Assert.Equal(DeliveryTrigger.Redrive, d.Trigger));
        Assert.True(deliveries.Min(d => d.CreateTime.ToDateTimeOffset()) > published.Max(e => e.CreateTime.ToDateTimeOffset()));
        Assert.Equal([done.Id, again.Id], (await Tenant.Clients.Deliveries.ListRedrivesAsync(new())).Redrives.Select(r => r.Id).Order());
        var explained = await Tenant.Clients.Deliveries.ExplainDeliveryAsync(new() { DeliveryId = deliveries[0].Id });
        Assert.False(explained.Matched);
        Assert.Contains("A replay created the delivery", explained.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_KilledInTheMiddle_GivesEachEventOneDelivery()
    {
        const int Events = 3_000;
        await using var server = await ServerProcess.StartAsync(Receiver);
        using var before = await TestTenant.CreateAsync(server);
        var published = await PublishAsync(before, Events, "order.created");
        var inbox = Receiver.Open();
        var hook = (await before.HookAsync(inbox)).Webhook;
        var replay = await before.Clients.Deliveries.ReplayEventsAsync(new() { WebhookId = hook.Id, MaxPerSecond = 1_000 });
        await Eventually.BecomesAsync(() => GetAsync(before, replay.RedriveId), r => r.RetriedCount > Events / 10, "a part of the replay");

        server.Kill();
        await server.ExitAsync();
        await server.StartAsync();
        using var tenant = new TestTenant(before.Id, before.Key, server.Connect(before.Key));
        var done = await FinishAsync(tenant, replay.RedriveId);

        Assert.Equal((Events, Events, 0), (done.MatchedCount, done.RetriedCount, done.SkippedCount));
        var deliveries = await Eventually.BecomesAsync(
            () => tenant.ListAsync(), all => all.All(d => d.State == DeliveryState.Succeeded), "all to succeed");
        Assert.Equal(published.Select(e => e.Id).Order(), deliveries.Select(d => d.EventId).Order());
    }

    [Fact]
    public async Task Cancel_Running_NothingFollows()
    {
        await PublishAsync(Tenant, 20, "order.created");
        var hook = (await Tenant.HookAsync(Receiver.Open())).Webhook;
        var id = (await ReplayAsync(new() { WebhookId = hook.Id, MaxPerSecond = 0.1 })).RedriveId;
        await Eventually.BecomesAsync(() => GetAsync(Tenant, id), r => r.RetriedCount == 1, "the first step");

        var cancelled = (await Tenant.Clients.Deliveries.CancelRedriveAsync(new() { RedriveId = id })).Redrive;

        Assert.Equal((RedriveState.Cancelled, 20, 1), (cancelled.State, cancelled.MatchedCount, cancelled.RetriedCount));
        Assert.Single(await Tenant.ListAsync());
    }

    [Fact]
    public async Task Replay_WhatTheWebhookDoesNotWant_IsLeftOut()
    {
        await PublishAsync(Tenant, 2, "order.created");
        var wanted = (await Tenant.PublishAsync(e => Set(e, "order.paid", "eu", 20, "shop-1"))).Event.Id;
        await Tenant.PublishAsync(e => Set(e, "order.paid", "us", 20, "shop-1"));
        await Tenant.PublishAsync(e => Set(e, "order.paid", "eu", 5, "shop-1"));
        await Tenant.PublishAsync(e => Set(e, "order.paid", "eu", 20, "shop-2"));
        var other = (await Tenant.HookAsync(Receiver.Open(), w => w.EventTypes[0] = "none")).Webhook;
        await Tenant.Clients.Webhooks.TestWebhookAsync(new()
        {
            WebhookId = other.Id,
            EventType = "order.paid",
            Payload = ByteString.CopyFromUtf8("""{"total":20}"""),
        });
        var hook = (await Tenant.HookAsync(Receiver.Open(), w =>
        {
            w.EventTypes[0] = "order.paid";
            w.MatchLabels["region"] = "eu";
            w.Filter = "event.payload.total > 10.0";
        })).Webhook;

        Assert.Equal(2, (await ReplayAsync(new() { WebhookId = hook.Id, ValidateOnly = true })).Count);
        Assert.Equal(1, (await ReplayAsync(new() { WebhookId = hook.Id, ValidateOnly = true, Instance = "shop-2" })).Count);
        Assert.Equal(0, (await ReplayAsync(new() { WebhookId = hook.Id, ValidateOnly = true, Filter = "event.payload.none > 1.0" })).Count);
        await FinishAsync(Tenant, (await ReplayAsync(new() { WebhookId = hook.Id, Filter = "event.instance == 'shop-1'" })).RedriveId);
        Assert.Equal(wanted, Assert.Single(await Tenant.ListAsync(new() { WebhookId = hook.Id })).EventId);

        Assert.Equal(1, (await ReplayAsync(new() { WebhookId = hook.Id, ValidateOnly = true })).Count);
        Assert.Equal(2, (await ReplayAsync(new() { WebhookId = hook.Id, ValidateOnly = true, OnlyMissing = false })).Count);
    }

    [Fact]
    public async Task Replay_DisabledWebhook_IsHeldUntilItIsEnabled()
    {
        var published = await PublishAsync(Tenant, 3, "order.created");
        var inbox = Receiver.Open();
        var hook = (await Tenant.HookAsync(inbox, w => (w.Enabled, w.MaxInFlight) = (false, 1))).Webhook;
        await FinishAsync(Tenant, (await ReplayAsync(new() { WebhookId = hook.Id })).RedriveId);
        Assert.All(await Tenant.ListAsync(), d => Assert.Equal(DeliveryState.Pending, d.State));
        Assert.Empty(inbox.Requests);

        await Tenant.ChangeAsync(new() { Id = hook.Id, Enabled = true });

        await inbox.CountAsync(3);
        Assert.Equal(published.Select(e => e.Id), inbox.Requests.Select(r => r.Id));
    }

    [Fact]
    public async Task Replay_BacklogFull_WaitsForRoom()
    {
        await using var server = await ServerProcess.StartAsync(
            Receiver, setup => setup.Settings["Publishing:MaxBacklogPerTenant"] = "4");
        using var tenant = await TestTenant.CreateAsync(server);
        await PublishAsync(tenant, 6, "order.created");
        var inbox = Receiver.Open();
        var hook = (await tenant.HookAsync(inbox, w => w.Enabled = false)).Webhook;
        var id = (await tenant.Clients.Deliveries.ReplayEventsAsync(new() { WebhookId = hook.Id, MaxPerSecond = 1_000 })).RedriveId;
        await Eventually.BecomesAsync(() => GetAsync(tenant, id), r => r.RetriedCount == 4, "the room to be taken");

        await tenant.ChangeAsync(new() { Id = hook.Id, Enabled = true });

        Assert.Equal(6, (await FinishAsync(tenant, id)).RetriedCount);
        await inbox.CountAsync(6);
    }

    [Fact]
    public async Task Replay_BadInput_NamesEveryFieldAndStoresNothing()
    {
        await PublishAsync(Tenant, 1, "order.created");
        var refusal = await Refusal.OfAsync(() => ReplayAsync(new()
        {
            EventTypes = { "a b" },
            Instance = "\n",
            CreatedAfter = new Timestamp { Seconds = long.MaxValue },
            CreatedBefore = new Timestamp { Nanos = -1 },
            Filter = "event.type",
            MaxPerSecond = 5_000,
        }));

        Assert.Equal(StatusCode.InvalidArgument, refusal.Code);
        Assert.Equal(
            ["created_after", "created_before", "event_types[0]", "filter", "instance", "max_per_second", "webhook_id"],
            refusal.Detail<Google.Rpc.BadRequest>().FieldViolations.Select(v => v.Field).Distinct().Order(StringComparer.Ordinal));
        Assert.Empty((await Tenant.Clients.Deliveries.ListRedrivesAsync(new())).Redrives);
    }

    [Fact]
    public async Task Replay_AnotherTenantsWebhook_IsNotFound()
    {
        using var other = await TestTenant.CreateAsync(Server);
        var hook = (await other.HookAsync(Receiver.Open())).Webhook;
        await PublishAsync(other, 1, "order.created");

        foreach (var validateOnly in new[] { true, false })
        {
            var refusal = await Refusal.OfAsync(() => ReplayAsync(new() { WebhookId = hook.Id, OnlyMissing = false, ValidateOnly = validateOnly }));
            Assert.Equal(StatusCode.NotFound, refusal.Code);
        }
    }

    private static void Set(Event source, string type, string region, int total, string instance)
    {
        (source.Type, source.Instance) = (type, instance);
        source.Labels["region"] = region;
        source.Payload = ByteString.CopyFromUtf8($"{{\"total\":{total}}}");
    }

    private static async Task<List<Event>> PublishAsync(TestTenant tenant, int ofEach, params string[] types)
    {
        var published = new List<Event>();
        foreach (var batch in Enumerable.Range(0, ofEach).SelectMany(_ => types).Chunk(1_000))
        {
            var answer = await tenant.Clients.Events.BatchPublishEventsAsync(
                new() { Events = { batch.Select(type => TestTenant.NewEvent(e => e.Type = type)) } });
            published.AddRange(answer.Results.Select(result => result.Event));
        }

        return published;
    }

    private async Task<ReplayEventsResponse> ReplayAsync(ReplayEventsRequest request) => await Tenant.Clients.Deliveries.ReplayEventsAsync(request);

    private static async Task<Redrive> GetAsync(TestTenant tenant, string id) =>
        (await tenant.Clients.Deliveries.GetRedriveAsync(new() { RedriveId = id })).Redrive;

    private static Task<Redrive> FinishAsync(TestTenant tenant, string id) =>
        Eventually.BecomesAsync(() => GetAsync(tenant, id), replay => replay.State == RedriveState.Done, "the replay to end");
}
