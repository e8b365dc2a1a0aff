using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.EveryRpc;

/// <summary>A key that is for some webhooks cannot tell the tenant's other ones from missing ones, whatever it calls.</summary>
public sealed class SomeWebhooksTests(SharedServer shared) : SharedServerTest(shared)
{
    /// <summary>
    /// What such a key may call. A method that says it may and is missing here fails the tests, until somebody has judged that it shows
    /// and changes nothing of other webhooks.
    /// </summary>
    private static readonly string[] Judged =
    [
        "AdminService/GetCaller", "DeliveryService/CancelDelivery", "DeliveryService/CancelRedrive", "DeliveryService/ExplainDelivery",
        "DeliveryService/GetDelivery", "DeliveryService/GetRedrive", "DeliveryService/GetWebhookStats", "DeliveryService/ListDeliveries",
        "DeliveryService/ListRedrives", "DeliveryService/RedriveDeliveries", "DeliveryService/ReplayEvents", "DeliveryService/RetryDelivery",
        "DeliveryService/WatchDeliveries", "EventService/GetEvent", "WebhookService/DeleteWebhook", "WebhookService/GetWebhook",
        "WebhookService/ListEventTypes", "WebhookService/ListWebhooks", "WebhookService/PreviewRequest", "WebhookService/ProbeWebhook",
        "WebhookService/RotateSecret", "WebhookService/TestWebhook", "WebhookService/UpdateWebhook",
    ];

    /// <summary>Of those, the ones whose requests name no webhook and nothing that is of one.</summary>
    private static readonly string[] NamesNoWebhook =
        ["AdminService/GetCaller", "DeliveryService/ListRedrives", "WebhookService/ListEventTypes", "WebhookService/ListWebhooks"];

    private static readonly string[] InTurn = ["second.created", "other.created", "own.created"];

    public static TheoryData<string> Methods => RpcMethod.Names();

    public static TheoryData<string> JudgedMethods => [.. Judged];

    [Fact]
    public void Judged_AreThoseThatSuchKeysMayCall() =>
        Assert.Equal(Judged, RpcMethod.All.Where(method => method.SomeWebhooks).Select(method => method.Name));

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_AboutAnotherWebhook_IsAnsweredAsIfItWereMissing(string name)
    {
        var method = RpcMethod.Named(name);
        var (own, other) = (await FurnishAsync("own.created"), await FurnishAsync("other.created"));
        // Neither what it lacks the scope for nor a second webhook is what makes the difference.
        foreach (var webhookIds in new[] { new[] { own.Webhook }, [own.Webhook, await HookAsync("second.created")] })
        {
            var key = await KeyAsync(webhookIds);
            foreach (var json in new[] { false, true })
            {
                var foreign = await AnswerAsync(method, key, other, json);
                if (!method.SomeWebhooks)
                {
                    Assert.Equal(StatusCode.PermissionDenied, foreign.Code);
                    Assert.Contains(method.PlatformOnly ? "PLATFORM_KEY_REQUIRED" : "WHOLE_TENANT_REQUIRED", foreign.Error, StringComparison.Ordinal);
                    continue;
                }

                var none = ResourceIds.Missing with { Tenant = Tenant.Id };
                var missing = await AnswerAsync(method, key, none, json);
                Assert.Equal((missing.Code, none.Strip(missing.Error)), (foreign.Code, other.Strip(foreign.Error)));
                Assert.Equal(NamesNoWebhook.Contains(name) ? StatusCode.OK : StatusCode.NotFound, foreign.Code);
                AssertHides(other, foreign.Response);
            }
        }
    }

    [Theory]
    [MemberData(nameof(JudgedMethods))]
    public async Task Call_AboutItsOwnWebhook_IsAnswered(string name)
    {
        var method = RpcMethod.Named(name);
        var own = await FurnishAsync("own.created");
        var other = await FurnishAsync("other.created");

        var answer = await AnswerAsync(method, await KeyAsync(own.Webhook), own, json: false);

        // A delivery that was made and a redrive that is over cannot be ended any more.
        Assert.Equal(name.Contains("/Cancel") ? StatusCode.FailedPrecondition : StatusCode.OK, answer.Code);
        AssertHides(other, answer.Response);
    }

    [Fact]
    public async Task Lists_WithoutAFilter_HoldWhatIsOfItsWebhooksNewestFirst()
    {
        var (own, other, second) = (await FurnishAsync("own.created"), await FurnishAsync("other.created"), await FurnishAsync("second.created"));
        foreach (var type in Enumerable.Repeat(InTurn, 5).SelectMany(types => types))
        {
            await Tenant.PublishAsync(e => e.Type = type);
        }

        using var clients = Server.Connect(await KeyAsync(own.Webhook, second.Webhook));
        var expected = (await Tenant.ListAsync()).Where(delivery => delivery.WebhookId != other.Webhook).Select(delivery => delivery.Id);
        Assert.Equal(12, expected.Count());
        foreach (var size in new[] { 1_000, 12, 5, 1 })
        {
            Assert.Equal(expected, await ListAsync(clients, new() { PageSize = size }));
        }

        Assert.Empty(await ListAsync(clients, new() { Instance = "none" }));
        Assert.Equal(6, (await ListAsync(clients, new() { EventTypes = { "own.created" } })).Count);
        Assert.Equal([second.Webhook, own.Webhook], (await clients.Webhooks.ListWebhooksAsync(new())).Webhooks.Select(webhook => webhook.Id));
        var first = await clients.Webhooks.ListWebhooksAsync(new() { PageSize = 1 });
        Assert.Equal(second.Webhook, Assert.Single(first.Webhooks).Id);
        var rest = await clients.Webhooks.ListWebhooksAsync(new() { PageSize = 1, PageToken = first.NextPageToken });
        Assert.Equal((own.Webhook, ""), (Assert.Single(rest.Webhooks).Id, rest.NextPageToken));
        Assert.Equal(
            [second.Redrive, own.Redrive], (await clients.Deliveries.ListRedrivesAsync(new())).Redrives.Select(redrive => redrive.Id));
        var everything = await Eventually.BecomesAsync(
            () => clients.Deliveries.GetWebhookStatsAsync(new()).ResponseAsync, stats => stats.Buckets.Sum(b => b.Delivered) == 12, "all to be counted");
        Assert.Equal(60, everything.Buckets.Count);
        var refusal = await Refusal.OfAsync(clients.Deliveries.RedriveDeliveriesAsync(new()));
        Assert.Equal("webhook_id", Assert.Single(refusal.Detail<Google.Rpc.BadRequest>().FieldViolations).Field);
    }

    [Fact]
    public async Task Watch_ShowsItsWebhooksAlone()
    {
        var own = await FurnishAsync("own.created");
        var other = await FurnishAsync("other.created");
        using var clients = Server.Connect(await KeyAsync(own.Webhook, await HookAsync("second.created")));
        await using var watcher = await Watcher.StartAsync(clients, new() { WebhookStates = true });

        await Tenant.ChangeAsync(new() { Id = other.Webhook, Enabled = false });
        await Tenant.PublishAsync(e => e.Type = "other.created");
        var seen = await Tenant.SendAsync(e => e.Type = "own.created");
        await watcher.UntilAsync(seen.Id, V1.DeliveryState.Succeeded);

        Assert.All(watcher.Deliveries, delivery => Assert.Equal(own.Webhook, delivery.WebhookId));
    }

    [Fact]
    public async Task CreatePortalSession_ForWebhooksThatAreNotTheTenants_NotFoundAndNothingMade()
    {
        using var stranger = await Furnished.CreateAsync(Server, Receiver);
        var own = await HookAsync("own.created");

        foreach (var wrong in new[] { stranger.Ids.Webhook, ResourceIds.Missing.Webhook })
        {
            var refusal = await Refusal.OfAsync(Platform.Admin.CreatePortalSessionAsync(new() { TenantId = Tenant.Id, WebhookIds = { own, wrong } }));
            Assert.Equal(StatusCode.NotFound, refusal.Code);
            Assert.Contains(wrong, refusal.Message, StringComparison.Ordinal);
        }

        Assert.Single((await Tenant.Clients.Admin.ListApiKeysAsync(new())).ApiKeys);
    }

    [Fact]
    public async Task CreatePortalSession_ForSomeWebhooks_SaysSoWhereverTheKeyIsShown()
    {
        var own = await HookAsync("own.created");
        var made = await Platform.Admin.CreatePortalSessionAsync(new() { TenantId = Tenant.Id, WebhookIds = { own, own }, Ttl = Duration.FromTimeSpan(TimeSpan.FromDays(7)) });
        using var clients = Server.Connect(made.Token);

        Assert.Equal([own], made.ApiKey.WebhookIds);
        Assert.All(made.ApiKey.Scopes, scope => Assert.Contains(scope, TestTenant.AllScopes));
        Assert.Equal([own], (await Tenant.Clients.Admin.ListApiKeysAsync(new())).ApiKeys.Single(key => key.Id == made.ApiKey.Id).WebhookIds);
        var caller = await clients.Admin.GetCallerAsync(new());
        Assert.Equal([own], caller.WebhookIds);
        Assert.Equal(made.ApiKey.Scopes.Order(), caller.Scopes.Order());
    }

    private static async Task<List<string>> ListAsync(Clients clients, ListDeliveriesRequest request)
    {
        var ids = new List<string>();
        do
        {
            var page = await clients.Deliveries.ListDeliveriesAsync(request);
            ids.AddRange(page.Deliveries.Select(delivery => delivery.Id));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return ids;
    }

    private async Task<string> HookAsync(string type) =>
        (await Tenant.HookAsync(Receiver.Open(), webhook => webhook.EventTypes[0] = type)).Webhook.Id;

    /// <summary>A webhook of the test's tenant with a delivery and a redrive, and their ids.</summary>
    private async Task<ResourceIds> FurnishAsync(string type)
    {
        var webhook = await HookAsync(type);
        var sent = await Tenant.SendAsync(e => e.Type = type);
        await Tenant.UntilAsync(sent.Id, V1.DeliveryState.Succeeded);
        var redrive = (await Tenant.Clients.Deliveries.RedriveDeliveriesAsync(new() { WebhookId = webhook })).RedriveId;
        await Eventually.BecomesAsync(
            () => Tenant.Clients.Deliveries.GetRedriveAsync(new() { RedriveId = redrive }).ResponseAsync,
            answer => answer.Redrive.State == RedriveState.Done, "the redrive to end");
        return new(Tenant.Id, ResourceIds.Missing.ApiKey, webhook, sent.EventId, sent.Id, redrive);
    }

    private async Task<string> KeyAsync(params string[] webhookIds) => (await Platform.Admin.CreateApiKeyAsync(
        new() { ApiKey = new() { TenantId = Tenant.Id, Scopes = { TestTenant.AllScopes }, WebhookIds = { webhookIds } } })).Secret;

    private static void AssertHides(ResourceIds other, string response) => Assert.All(
        new[] { other.Webhook, other.Event, other.Delivery, other.Redrive }, id => Assert.DoesNotContain(id, response, StringComparison.Ordinal));

    private async Task<(StatusCode Code, string Error, string Response)> AnswerAsync(RpcMethod method, string key, ResourceIds ids, bool json)
    {
        var request = new RequestFiller(ids, Receiver.Open().Url).Fill(method.Input);
        try
        {
            using var http = new HttpCaller(Server.Setup.Http, key);
            using var clients = Server.Connect(key);
            return (StatusCode.OK, "", (await (json ? method.CallAsync(http, request) : method.CallAsync(clients, request))).ToString()!);
        }
        catch (RpcException e)
        {
            var refusal = Refusal.Of(e);
            return (refusal.Code, refusal.Status.ToByteString().ToStringUtf8(), "");
        }
    }
}
