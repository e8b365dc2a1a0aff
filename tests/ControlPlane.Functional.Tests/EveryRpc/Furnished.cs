using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Functional.Tests.EveryRpc;

/// <summary>A tenant that has one of everything.</summary>
public sealed record Furnished(TestTenant Tenant, Inbox Inbox, ResourceIds Ids) : IDisposable
{
    public static async Task<Furnished> CreateAsync(ServerProcess server, HttpsReceiver receiver)
    {
        var tenant = await TestTenant.CreateAsync(server);
        var inbox = receiver.Open();
        var hook = (await tenant.HookAsync(inbox)).Webhook;
        var sent = await tenant.SendAsync();
        await tenant.UntilAsync(sent.Id, DeliveryState.Succeeded);
        var key = Assert.Single((await tenant.Clients.Admin.ListApiKeysAsync(new())).ApiKeys);
        // Of dead letters, of which there are none: nothing is sent again.
        var redrive = await tenant.Clients.Deliveries.RedriveDeliveriesAsync(new());
        var ids = new ResourceIds(tenant.Id, key.Id, hook.Id, sent.EventId, sent.Id, redrive.RedriveId);
        await tenant.Clients.Webhooks.CreateEventTypeAsync(new() { EventType = new() { Name = ids.EventType } });
        return new(tenant, inbox, ids);
    }

    public RequestFiller Filler => new(Ids, Inbox.Url);

    /// <summary>All that is there, as text.</summary>
    public async Task<string> DescribeAsync()
    {
        var clients = Tenant.Clients;
        return string.Join('\n',
            (await clients.Admin.GetTenantAsync(new())).Tenant.ToString(),
            (await clients.Webhooks.ListWebhooksAsync(new())).ToString(),
            (await clients.Events.ListEventsAsync(new())).ToString(),
            string.Join('\n', await Tenant.ListAsync()),
            string.Join('\n', (await clients.Admin.ListApiKeysAsync(new())).ApiKeys.Select(WithoutUse)));
    }

    public void Dispose() => Tenant.Dispose();

    private static ApiKey WithoutUse(ApiKey key)
    {
        key.LastUseTime = null;
        return key;
    }
}
