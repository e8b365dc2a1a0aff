using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Access;

/// <summary>What an entry of the audit log says, who sees it, and that it is there exactly if its change is.</summary>
public sealed class AuditLogTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Entry_OfAChange_SaysWhoWhereAndWhatWithoutSecrets()
    {
        const string Secret = "whsec_myVeryOwnSigningSecret0123456789";
        var made = await Platform.Admin.CreateApiKeyAsync(
            new() { ApiKey = new() { TenantId = Tenant.Id, Name = "ops", Scopes = { "webhooks.write", "webhooks.read" } } });
        using var ops = Server.Connect(made.Secret);
        var url = Receiver.Open().Url;
        var hook = await ops.Webhooks.CreateWebhookAsync(new()
        {
            Webhook = new() { Url = $"{url}?token=hidden-1&x", EventTypes = { "*" }, Headers = { ["authorization"] = "Bearer hidden-2" } },
            Secret = Secret,
        });
        await ops.Webhooks.UpdateWebhookAsync(new() { Webhook = new() { Id = hook.Webhook.Id, Name = "b", Headers = { ["authorization"] = "Bearer hidden-3" } } });
        var rotated = await ops.Webhooks.RotateSecretAsync(new() { WebhookId = hook.Webhook.Id });

        var entries = (await Tenant.Clients.Admin.ListAuditEventsAsync(new() { ResourceId = hook.Webhook.Id })).AuditEvents;

        Assert.Equal(["RotateSecret", "UpdateWebhook", "CreateWebhook"], entries.Select(entry => entry.Method));
        Assert.All(entries, entry => Assert.Equal(
            new() { Type = AuditActorType.ApiKey, Id = made.ApiKey.Id, Name = "ops", TenantId = Tenant.Id }, entry.Actor));
        Assert.Equal($"\"{url}?token=***&***\"", entries[2].Changes.Single(change => change.Field == "url").NewValue);
        Assert.Equal([new AuditChange { Field = "secrets" }], entries[0].Changes);
        Assert.Equal(
            [new AuditChange { Field = "name", NewValue = "\"b\"" }, new AuditChange { Field = "headers" }], entries[1].Changes.OrderByDescending(change => change.Field));
        Assert.All<string>([Secret, rotated.Secret, made.Secret, "hidden-", "Bearer"], secret =>
            Assert.DoesNotContain(secret.Replace("whsec_", "", StringComparison.Ordinal), entries.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Doors_AndPortal_AreNamed()
    {
        using var http = new HttpCaller(Server.Setup.Http, Tenant.Key);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await http.PostAsync("v1/eventTypes", """{"eventType":{"name":"of.json"}}""")).Status);
        var session = await Tenant.Clients.Admin.CreatePortalSessionAsync(new());
        using var portal = Server.Connect(session.Token);
        var hook = (await Tenant.HookAsync(Receiver.Open())).Webhook;
        await portal.Webhooks.UpdateWebhookAsync(new() { Webhook = new() { Id = hook.Id, Name = "by the portal" } });

        var json = Assert.Single((await Tenant.Clients.Admin.ListAuditEventsAsync(new() { Method = "CreateEventType" })).AuditEvents);
        var update = Assert.Single((await Tenant.Clients.Admin.ListAuditEventsAsync(new() { ActorId = session.ApiKey.Id })).AuditEvents);

        Assert.Equal("json", json.Door);
        Assert.Equal((AuditActorType.PortalSession, "grpc"), (update.Actor.Type, update.Door));
    }

    [Fact]
    public async Task List_WithATenantsKey_ShowsItsOwnAndHidesThePlatformsAddress()
    {
        using var other = await TestTenant.CreateAsync(Server);
        await Platform.Admin.UpdateTenantAsync(new() { Tenant = new() { Id = Tenant.Id, Name = "renamed" } });

        var own = (await Tenant.Clients.Admin.ListAuditEventsAsync(new() { PageSize = 1_000 })).AuditEvents;
        var seen = await Platform.Admin.ListAuditEventsAsync(new() { TenantId = Tenant.Id, Method = "UpdateTenant" });

        Assert.All(own, entry => Assert.Equal(Tenant.Id, entry.TenantId));
        Assert.Empty(own.First(entry => entry.Method == "UpdateTenant").PeerAddress);
        Assert.Equal("127.0.0.1", Assert.Single(seen.AuditEvents).PeerAddress);
        (await Refusal.OfAsync(Tenant.Clients.Admin.ListAuditEventsAsync(new() { TenantId = other.Id }))).Is(StatusCode.NotFound, "NOT_FOUND");
        (await Refusal.OfAsync(Tenant.Clients.Admin.ListAuditEventsAsync(new() { TenantId = "-" }))).Is(StatusCode.PermissionDenied, "PLATFORM_KEY_REQUIRED");
        Assert.NotEmpty((await Platform.Admin.ListAuditEventsAsync(new() { TenantId = "-", ResourceId = other.Id })).AuditEvents);
    }

    [Fact]
    public async Task List_InPages_ShowsEachOnceAndByTime()
    {
        for (var i = 0; i < 7; i++)
        {
            await Tenant.Clients.Webhooks.CreateEventTypeAsync(new() { EventType = new() { Name = $"t{i}" } });
        }

        var request = new ListAuditEventsRequest { ResourceType = "event_type", PageSize = 3 };
        var all = new List<AuditEvent>();
        do
        {
            var page = await Tenant.Clients.Admin.ListAuditEventsAsync(request);
            all.AddRange(page.AuditEvents);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(["t6", "t5", "t4", "t3", "t2", "t1", "t0"], all.Select(entry => entry.ResourceId));
        var middle = await Tenant.Clients.Admin.ListAuditEventsAsync(new() { CreatedAfter = all[5].Time, CreatedBefore = all[2].Time, ResourceType = "event_type" });
        Assert.Equal(["t3", "t2", "t1"], middle.AuditEvents.Select(entry => entry.ResourceId));
    }

    [Fact]
    public async Task Suspension_ByTheServer_IsTold()
    {
        var inbox = Receiver.Open();
        inbox.Answer = _ => 410;
        var hook = (await Tenant.HookAsync(inbox)).Webhook;
        await Tenant.SendAsync();
        await Eventually.BecomesAsync(() => Tenant.GetHookAsync(hook.Id), seen => seen.State == WebhookState.Suspended, "the webhook to be suspended");

        var entry = (await Tenant.Clients.Admin.ListAuditEventsAsync(new() { ResourceId = hook.Id })).AuditEvents[0];

        Assert.Equal((AuditActorType.Server, AuditAction.Suspended, "", ""), (entry.Actor.Type, entry.Action, entry.Method, entry.PeerAddress));
        Assert.Equal(["state", "state_reason"], entry.Changes.Select(change => change.Field));
        Assert.Equal(("\"WEBHOOK_STATE_ACTIVE\"", "\"WEBHOOK_STATE_SUSPENDED\""), (entry.Changes[0].OldValue, entry.Changes[0].NewValue));
    }

    /// <summary>Killed at random among many changes: none is without its entry, and no entry without its change.</summary>
    [Theory]
    [InlineData("sqlite")]
    [InlineData("litedb")]
    public async Task Kill_AmongChanges_LeavesEachWithItsEntry(string provider)
    {
        await using var server = await ServerProcess.StartAsync(Receiver, setup => setup.OtherSettings["ControlPlane:Storage:Provider"] = provider);
        using var tenant = await TestTenant.CreateAsync(server);
        var changers = Enumerable.Range(0, 8).Select(worker => ChangeAsync(tenant, worker)).ToList();
        await Eventually.BecomesAsync(
            async () => (await tenant.Clients.Webhooks.ListEventTypesAsync(new() { PageSize = 1_000 })).EventTypes.Count(IsOwn), count => count > 60, "changes");
        server.Kill();
        await server.ExitAsync();
        await Task.WhenAll(changers);
        await server.StartAsync();
        using var again = server.Connect(tenant.Key);

        var types = (await again.Webhooks.ListEventTypesAsync(new() { PageSize = 1_000 })).EventTypes.Where(IsOwn).Select(type => type.Name);
        var entries = (await again.Admin.ListAuditEventsAsync(new() { ResourceType = "event_type", PageSize = 1_000 })).AuditEvents;

        Assert.Equal(types.Order(StringComparer.Ordinal), entries.Select(entry => entry.ResourceId).Order(StringComparer.Ordinal));
    }

    private static bool IsOwn(EventType type) => type.Name.StartsWith("changed.", StringComparison.Ordinal);

    private static async Task ChangeAsync(TestTenant tenant, int worker)
    {
        try
        {
            for (var i = 0; i < 100; i++)
            {
                await tenant.Clients.Webhooks.CreateEventTypeAsync(new() { EventType = new() { Name = $"changed.{worker}-{i}" } });
            }
        }
        catch (RpcException)
        {
            // Killed.
        }
    }
}
