using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.EveryRpc;

/// <summary>Every method that changes something leaves one entry in the audit log, and no other leaves any.</summary>
public sealed class AuditTests(SharedServer shared) : SharedServerTest(shared)
{
    /// <summary>Those that are no GETs and change no configuration. What a test sends is published.</summary>
    private static readonly HashSet<string> Unaudited =
    [
        "EventService/PublishEvent", "EventService/BatchPublishEvents", "WebhookService/TestWebhook", "WebhookService/ProbeWebhook",
        "WebhookService/PreviewRequest", "AdminService/BackupStore", "AdminService/CheckStore", "DeliveryService/ExplainDelivery",
        "DeliveryService/WatchDeliveries",
    ];

    /// <summary>Calls that change something, by the tenant's own clients and the platform's; each answers the tenant whose resource it is.</summary>
    private static readonly Dictionary<string, Func<Furnished, Clients, Task<string>>> Calls = new()
    {
        ["AdminService/CreateTenant"] = async (_, platform) => (await platform.Admin.CreateTenantAsync(new() { Tenant = new() })).Tenant.Id,
        ["AdminService/UpdateTenant"] = async (f, platform) =>
            (await platform.Admin.UpdateTenantAsync(new() { Tenant = new() { Id = f.Tenant.Id, Name = "new" } })).Tenant.Id,
        ["AdminService/DeleteTenant"] = async (f, platform) =>
        {
            await platform.Admin.DeleteTenantAsync(new() { TenantId = f.Tenant.Id, Force = true });
            return f.Tenant.Id;
        },
        ["AdminService/CreateApiKey"] = Own(c => c.Admin.CreateApiKeyAsync(new() { ApiKey = new() { Scopes = { "admin" } } })),
        ["AdminService/RevokeApiKey"] = async (f, platform) =>
            (await platform.Admin.RevokeApiKeyAsync(new() { ApiKeyId = f.Ids.ApiKey })).ApiKey.TenantId,
        ["AdminService/CreatePortalSession"] = Own(c => c.Admin.CreatePortalSessionAsync(new())),
        ["WebhookService/CreateWebhook"] = async (f, _) => (await f.Tenant.HookAsync(f.Inbox)).Webhook.TenantId,
        ["WebhookService/UpdateWebhook"] = async (f, _) => (await f.Tenant.ChangeAsync(new() { Id = f.Ids.Webhook, Enabled = false })).TenantId,
        ["WebhookService/UpsertWebhook"] = async (f, _) => (await f.Tenant.Clients.Webhooks.UpsertWebhookAsync(
            new() { ExternalId = "own", Webhook = new() { Url = f.Inbox.Url, EventTypes = { "*" } } })).Webhook.TenantId,
        ["WebhookService/DeleteWebhook"] = OwnOf(f => f.Tenant.Clients.Webhooks.DeleteWebhookAsync(new() { WebhookId = f.Ids.Webhook })),
        ["WebhookService/RotateSecret"] = OwnOf(f => f.Tenant.Clients.Webhooks.RotateSecretAsync(new() { WebhookId = f.Ids.Webhook })),
        ["WebhookService/CreateEventType"] = Own(c => c.Webhooks.CreateEventTypeAsync(new() { EventType = new() { Name = "audited" } })),
        ["WebhookService/UpdateEventType"] = OwnOf(f => f.Tenant.Clients.Webhooks.UpdateEventTypeAsync(
            new() { EventType = new() { Name = f.Ids.EventType, Description = "new" } })),
        ["WebhookService/DeleteEventType"] = OwnOf(f => f.Tenant.Clients.Webhooks.DeleteEventTypeAsync(new() { Name = f.Ids.EventType })),
        ["EventService/EraseEvents"] = OwnOf(f => f.Tenant.Clients.Events.EraseEventsAsync(new() { EventId = f.Ids.Event })),
        ["DeliveryService/RetryDelivery"] = OwnOf(f => f.Tenant.Clients.Deliveries.RetryDeliveryAsync(new() { DeliveryId = f.Ids.Delivery })),
        ["DeliveryService/RedriveDeliveries"] = Own(c => c.Deliveries.RedriveDeliveriesAsync(new())),
        ["DeliveryService/ReplayEvents"] = OwnOf(f => f.Tenant.Clients.Deliveries.ReplayEventsAsync(new() { WebhookId = f.Ids.Webhook })),
        ["DeliveryService/CancelDelivery"] = OwnOf(f => f.Tenant.Clients.Deliveries.CancelDeliveryAsync(new() { DeliveryId = f.Ids.Delivery })),
        ["DeliveryService/CancelRedrive"] = OwnOf(f => f.Tenant.Clients.Deliveries.CancelRedriveAsync(new() { RedriveId = f.Ids.Redrive })),
    };

    public static TheoryData<string> Methods => RpcMethod.Names();

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_ThatChangesSomething_LeavesOneEntryAndNoOtherLeavesAny(string name)
    {
        using var made = await Furnished.CreateAsync(Server, Receiver);
        var furnished = await PrepareAsync(made, name);
        var method = RpcMethod.Named(name);
        if (Unaudited.Contains(name) || method.HttpRules[0].Get.Length > 0)
        {
            var before = await ListAsync(furnished.Tenant.Id);
            await TryAsync(method, furnished);
            Assert.Equal(before, await ListAsync(furnished.Tenant.Id));
            return;
        }

        Assert.True(Calls.TryGetValue(name, out var call), $"{name} changes something: does it leave an entry in the audit log?");
        var held = await ListAsync(furnished.Tenant.Id);
        var tenant = await call(furnished, Platform);
        var left = tenant == furnished.Tenant.Id ? (await ListAsync(tenant)).Except(held).ToList() : [.. await ListAsync(tenant)];

        var entry = Assert.Single(left);
        Assert.Equal((name.Split('/')[1], tenant, "grpc", "127.0.0.1"), (entry.Method, entry.TenantId, entry.Door, entry.PeerAddress));
        Assert.NotEqual(AuditAction.Unspecified, entry.Action);
        Assert.NotEmpty(entry.ResourceId);
        Assert.Equal(AuditActorType.ApiKey, entry.Actor.Type);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_ThatIsRefused_LeavesNoEntry(string name)
    {
        var method = RpcMethod.Named(name);
        var before = await ListAsync(Tenant.Id);

        try
        {
            await method.CallAsync(Tenant.Clients, new RequestFiller(ResourceIds.Missing, "http://no.https.example").Fill(method.Input));
        }
        catch (RpcException)
        {
            // What is not refused is a read.
        }

        Assert.Equal(before, await ListAsync(Tenant.Id));
    }

    /// <summary>What a call needs to change: a delivery that waits, a redrive at work.</summary>
    private static async Task<Furnished> PrepareAsync(Furnished made, string name)
    {
        if (name.EndsWith("/CancelDelivery", StringComparison.Ordinal))
        {
            await made.Tenant.ChangeAsync(new() { Id = made.Ids.Webhook, Enabled = false, WhileDisabled = WhileInactive.Hold });
            return made with { Ids = made.Ids with { Delivery = (await made.Tenant.SendAsync()).Id } };
        }

        if (name.EndsWith("/CancelRedrive", StringComparison.Ordinal))
        {
            await made.Tenant.UntilAsync((await made.Tenant.SendAsync()).Id, DeliveryState.Succeeded);
            var redrive = await made.Tenant.Clients.Deliveries.RedriveDeliveriesAsync(
                new() { States = { DeliveryState.Succeeded }, MaxRatePerSecond = 0.1 });
            return made with { Ids = made.Ids with { Redrive = redrive.RedriveId } };
        }

        return made;
    }

    private async Task TryAsync(RpcMethod method, Furnished furnished)
    {
        try
        {
            await method.CallAsync(method.PlatformOnly ? Platform : furnished.Tenant.Clients, furnished.Filler.Fill(method.Input));
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.Aborted or StatusCode.FailedPrecondition)
        {
            // As when two backups are made at a time.
        }
    }

    private async Task<List<AuditEvent>> ListAsync(string tenant)
    {
        var page = await Platform.Admin.ListAuditEventsAsync(new() { TenantId = tenant, PageSize = 1_000 });
        Assert.Empty(page.NextPageToken);
        return [.. page.AuditEvents];
    }

    private static Func<Furnished, Clients, Task<string>> Own<T>(Func<Clients, AsyncUnaryCall<T>> call) => OwnOf(f => call(f.Tenant.Clients));

    private static Func<Furnished, Clients, Task<string>> OwnOf<T>(Func<Furnished, AsyncUnaryCall<T>> call) => async (furnished, _) =>
    {
        await call(furnished);
        return furnished.Tenant.Id;
    };
}
