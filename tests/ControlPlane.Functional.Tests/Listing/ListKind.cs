using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Listing;

/// <summary>One kind of list, so that all kinds are put to the same tests.</summary>
/// <param name="Name">For messages.</param>
/// <param name="GetAsync">Gets a page (size, token): the ids on it and the next token.</param>
/// <param name="AddAsync">Adds a row; answers its id.</param>
public sealed record ListKind(
    string Name, Func<int, string, Task<(IReadOnlyList<string> Ids, string Next)>> GetAsync, Func<Task<string>> AddAsync)
{
    /// <summary>Every list of the API.</summary>
    public static IReadOnlyList<string> Names { get; } = ["webhooks", "events", "deliveries", "api keys", "tenants"];

    public static async Task<ListKind> OfAsync(string name, TestTenant tenant, Clients platform, Inbox inbox)
    {
        var clients = tenant.Clients;
        if (name == "deliveries")
        {
            await tenant.HookAsync(inbox);
        }

        return name switch
        {
            "webhooks" => new(
                name,
                async (size, token) => await clients.Webhooks.ListWebhooksAsync(new() { PageSize = size, PageToken = token }) is var page
                    ? ([.. page.Webhooks.Select(w => w.Id)], page.NextPageToken) : default,
                async () => (await tenant.HookAsync(inbox)).Webhook.Id),
            "events" => new(
                name,
                async (size, token) => await clients.Events.ListEventsAsync(new() { PageSize = size, PageToken = token }) is var page
                    ? ([.. page.Events.Select(e => e.Id)], page.NextPageToken) : default,
                async () => (await tenant.PublishAsync()).Event.Id),
            "deliveries" => new(
                name,
                async (size, token) => await clients.Deliveries.ListDeliveriesAsync(new() { PageSize = size, PageToken = token }) is var page
                    ? ([.. page.Deliveries.Select(d => d.Id)], page.NextPageToken) : default,
                async () => (await tenant.SendAsync()).Id),
            "api keys" => new(
                name,
                async (size, token) => await clients.Admin.ListApiKeysAsync(new() { PageSize = size, PageToken = token }) is var page
                    ? ([.. page.ApiKeys.Select(k => k.Id)], page.NextPageToken) : default,
                async () => (await clients.Admin.CreateApiKeyAsync(new() { ApiKey = new() { Scopes = { "events.read" } } })).ApiKey.Id),
            _ => new(
                name,
                async (size, token) => await platform.Admin.ListTenantsAsync(new() { PageSize = size, PageToken = token }) is var page
                    ? ([.. page.Tenants.Select(t => t.Id)], page.NextPageToken) : default,
                async () => (await platform.Admin.CreateTenantAsync(new() { Tenant = new() { Name = "listed" } })).Tenant.Id),
        };
    }
}
