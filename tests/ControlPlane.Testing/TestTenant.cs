using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Testing;

/// <summary>A tenant of one test, and what tests do in it.</summary>
public sealed class TestTenant(string id, string key, Clients clients) : IDisposable
{
    public static readonly IReadOnlyList<string> AllScopes =
        ["webhooks.read", "webhooks.write", "events.publish", "events.read", "deliveries.read", "deliveries.write", "admin"];

    public string Id => id;

    public string Key => key;

    public Clients Clients => clients;

    /// <summary>Makes a tenant and a key for it with every scope.</summary>
    public static async Task<TestTenant> CreateAsync(ServerProcess server)
    {
        using var platform = server.Connect();
        var tenant = (await platform.Admin.CreateTenantAsync(new() { Tenant = new() { Name = "of a test" } })).Tenant;
        var made = await platform.Admin.CreateApiKeyAsync(new() { ApiKey = new() { TenantId = tenant.Id, Scopes = { AllScopes } } });
        return new(tenant.Id, made.Secret, server.Connect(made.Secret));
    }

    /// <summary>Creates a webhook to an inbox: all types, retries soon, unless changed.</summary>
    public async Task<CreateWebhookResponse> HookAsync(Inbox inbox, Action<Webhook>? change = null)
    {
        var webhook = new Webhook { Url = inbox.Url, EventTypes = { "*" }, RetryPolicy = RetryEvery(TimeSpan.FromMilliseconds(100)) };
        change?.Invoke(webhook);
        return await clients.Webhooks.CreateWebhookAsync(new() { Webhook = webhook });
    }

    public static RetryPolicy RetryEvery(TimeSpan delay, int attempts = 20) => new()
    {
        Fixed = new() { Delay = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(delay) },
        MaxAttempts = attempts,
    };

    public async Task<Webhook> GetHookAsync(string webhookId) =>
        (await clients.Webhooks.GetWebhookAsync(new() { WebhookId = webhookId })).Webhook;

    public async Task<Webhook> ChangeAsync(Webhook change) =>
        (await clients.Webhooks.UpdateWebhookAsync(new() { Webhook = change })).Webhook;

    /// <summary>Publishes an event: <c>order.created</c> with a small payload, unless changed.</summary>
    public async Task<PublishEventResponse> PublishAsync(Action<Event>? change = null) =>
        await clients.Events.PublishEventAsync(new() { Event = NewEvent(change) });

    public static Event NewEvent(Action<Event>? change = null)
    {
        var source = new Event { Type = "order.created", Payload = ByteString.CopyFromUtf8("""{"order":1}""") };
        change?.Invoke(source);
        return source;
    }

    /// <summary>Publishes to the one webhook that matches; answers the delivery.</summary>
    public async Task<Delivery> SendAsync(Action<Event>? change = null)
    {
        var published = await PublishAsync(change);
        Assert.Equal(1, published.DeliveryCount);
        return Assert.Single(await ListAsync(new() { EventId = published.Event.Id }));
    }

    public async Task<Delivery> GetAsync(string deliveryId) =>
        (await clients.Deliveries.GetDeliveryAsync(new() { DeliveryId = deliveryId })).Delivery;

    /// <summary>Waits until a delivery is in a state.</summary>
    public Task<Delivery> UntilAsync(string deliveryId, DeliveryState state) =>
        Eventually.BecomesAsync(() => GetAsync(deliveryId), delivery => delivery.State == state, $"the delivery to be {state}");

    /// <summary>All pages of a list, newest first.</summary>
    public async Task<IReadOnlyList<Delivery>> ListAsync(ListDeliveriesRequest? request = null)
    {
        request = request?.Clone() ?? new();
        request.PageSize = 1000;
        var all = new List<Delivery>();
        do
        {
            var page = await clients.Deliveries.ListDeliveriesAsync(request);
            all.AddRange(page.Deliveries);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return all;
    }

    public void Dispose() => clients.Dispose();
}
