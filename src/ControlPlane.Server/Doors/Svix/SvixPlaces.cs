using ControlPlane.Server.Api.Errors;
using ControlPlane.V1;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Finds what the path of a request names, by the id that it has here or by the caller's own.</summary>
internal sealed class SvixPlaces(SvixServices services)
{
    /// <summary>What an id of this API has at most; a longer one is the caller's own.</summary>
    private const int LongestId = 128;

    /// <summary>The application in the path: a tenant that the caller sees.</summary>
    /// <exception cref="RequestException">NOT_FOUND.</exception>
    public async Task<Tenant> AppAsync(SvixCall call)
    {
        var app = call.Path("app_id");
        call.Check();
        return await TryAppAsync(call, app) ?? throw RequestErrors.NotFound("application", app);
    }

    /// <summary>An application by its id or uid; null if there is none.</summary>
    public async Task<Tenant?> TryAppAsync(SvixCall call, string app) =>
        ((app.Length <= LongestId ? await call.LookUpAsync(services.Admin.GetTenant, new GetTenantRequest { TenantId = app }) : null)
        ?? await call.LookUpAsync(services.Admin.GetTenant, new GetTenantRequest { ExternalId = app }))?.Tenant;

    /// <summary>The endpoint in the path: a webhook of the application.</summary>
    /// <exception cref="RequestException">NOT_FOUND.</exception>
    public async Task<Webhook> EndpointAsync(SvixCall call)
    {
        var app = await AppAsync(call);
        var endpoint = call.Path("endpoint_id");
        call.Check();
        return await TryEndpointAsync(call, app.Id, endpoint) ?? throw RequestErrors.NotFound("endpoint", endpoint);
    }

    /// <summary>An endpoint of an application by its id or uid; null if there is none.</summary>
    public async Task<Webhook?> TryEndpointAsync(SvixCall call, string tenantId, string endpoint)
    {
        if (endpoint.Length <= LongestId
            && await call.LookUpAsync(services.Webhooks.GetWebhook, new GetWebhookRequest { WebhookId = endpoint }) is { } byId
            && byId.Webhook.TenantId == tenantId)
        {
            return byId.Webhook;
        }

        // A page that found nothing can have looked at a part of them only.
        var request = new ListWebhooksRequest { TenantId = tenantId, PageSize = 1, Filter = $"external_id=\"{endpoint}\"" };
        do
        {
            var page = await call.LookAsync(services.Webhooks.ListWebhooks, request);
            if (page.Webhooks.Count > 0)
            {
                return page.Webhooks[0];
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return null;
    }

    /// <summary>The message in the path: an event of the application.</summary>
    /// <exception cref="RequestException">NOT_FOUND.</exception>
    public async Task<Event> MessageAsync(SvixCall call)
    {
        var app = await AppAsync(call);
        var message = call.Path("msg_id");
        call.Check();
        return await TryMessageAsync(call, app.Id, message) ?? throw RequestErrors.NotFound("message", message);
    }

    /// <summary>A message of an application by its id; null if there is none.</summary>
    public async Task<Event?> TryMessageAsync(SvixCall call, string tenantId, string message) => message.Length > LongestId
        ? null
        : (await call.LookUpAsync(services.Events.GetEvent, new GetEventRequest { TenantId = tenantId, EventId = message }))?.Event;
}
