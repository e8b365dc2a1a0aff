using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Endpoints, which are webhooks in the dialect <c>svix</c>.</summary>
internal sealed class SvixEndpoints(SvixServices services, SvixPlaces places)
{
    private const string Read = "webhooks.read";
    private const string Write = "webhooks.write";
    private const string One = "/app/{app_id}/endpoint/{endpoint_id}";
    private const string All = "/app/{app_id}/endpoint";

    public void Map(SvixRoutes routes)
    {
        routes.Map("GET", All, Read, ListAsync);
        routes.MapJson("POST", All, Write, CreateAsync);
        routes.Map("GET", One, Read, GetAsync);
        routes.MapJson("PUT", One, Write, PutAsync);
        routes.MapJson("PATCH", One, Write, PatchAsync);
        routes.Map("DELETE", One, Write, DeleteAsync);
    }

    private async Task ListAsync(SvixCall call)
    {
        var (limit, iterator, ascending) = (call.Query.Limit(), call.Query.Iterator(), call.Query.Ascending());
        var app = await places.AppAsync(call);
        await call.AnswerAsync(StatusCodes.Status200OK, ascending
            ? await SvixList.OfAllAsync(call, limit, iterator, [.. (await SvixList.ReadAllAsync(call, ReadPageAsync)).AsEnumerable().Reverse()])
            : await SvixList.NewestFirstAsync(call, limit, iterator, ReadPageAsync));

        async Task<SvixPart> ReadPageAsync(string place, int count)
        {
            var request = new ListWebhooksRequest { TenantId = app.Id, PageSize = count, PageToken = place };
            var page = await call.AskAsync(services.Webhooks.ListWebhooks, request);
            return new([.. page.Webhooks.Select(one => new SvixEntry(one.Id, () => Task.FromResult(SvixEndpoint.Show(one))))], page.NextPageToken);
        }
    }

    private async Task CreateAsync(SvixCall call)
    {
        var body = await call.ReadBodyAsync();
        var webhook = SvixEndpoint.Read(body);
        var secret = SvixEndpoint.ReadSecret(body, "secret");
        webhook.Headers.Add(body.Map("headers")?.ToDictionary(header => header.Key, header => header.Value!) ?? []);
        body.End();
        var app = await places.AppAsync(call);
        await call.AnswerAsync(StatusCodes.Status201Created, SvixEndpoint.Show(await MakeAsync(call, app, webhook, secret)));
    }

    private async Task GetAsync(SvixCall call) =>
        await call.AnswerAsync(StatusCodes.Status200OK, SvixEndpoint.Show(await places.EndpointAsync(call)));

    private async Task PutAsync(SvixCall call)
    {
        var body = await call.ReadBodyAsync();
        var webhook = SvixEndpoint.Read(body);
        body.End();
        var app = await places.AppAsync(call);
        var id = call.Path("endpoint_id");
        call.Check();
        if (await places.TryEndpointAsync(call, app.Id, id) is { } existing)
        {
            webhook.Id = existing.Id;
            SvixEndpoint.KeepOthers(webhook, existing);
            var updated = await UpdateAsync(call, webhook, SvixEndpoint.Fields.Select(field => field.Own));
            await call.AnswerAsync(StatusCodes.Status200OK, SvixEndpoint.Show(updated));
            return;
        }

        // So that the same request finds it the next time.
        webhook.ExternalId = webhook.ExternalId.Length > 0 ? webhook.ExternalId : id;
        await call.AnswerAsync(StatusCodes.Status201Created, SvixEndpoint.Show(await MakeAsync(call, app, webhook, "")));
    }

    private async Task PatchAsync(SvixCall call)
    {
        var body = await call.ReadBodyAsync();
        var webhook = SvixEndpoint.Read(body, isPatch: true);
        body.End();
        var found = await places.EndpointAsync(call);
        webhook.Id = found.Id;
        SvixEndpoint.KeepOthers(webhook, found);
        var mask = SvixEndpoint.Fields.Where(field => field.Names.Any(body.Has)).Select(field => field.Own).ToList();
        await call.AnswerAsync(StatusCodes.Status200OK, SvixEndpoint.Show(mask.Count == 0 ? found : await UpdateAsync(call, webhook, mask)));
    }

    private async Task DeleteAsync(SvixCall call)
    {
        var webhook = await places.EndpointAsync(call);
        await call.AskAsync(services.Webhooks.DeleteWebhook, new DeleteWebhookRequest { WebhookId = webhook.Id });
        await call.AnswerAsync(StatusCodes.Status204NoContent);
    }

    private async Task<Webhook> MakeAsync(SvixCall call, Tenant app, Webhook webhook, string secret)
    {
        webhook.TenantId = app.Id;
        webhook.Dialect = SvixEndpoint.Dialect;
        var request = new CreateWebhookRequest
        {
            Webhook = webhook,
            Secret = secret,
            RequestId = call.IdempotencyKey.Length > 0 ? SvixText.Derive(call.Caller.KeyId, call.IdempotencyKey) : "",
        };
        return (await call.AskAsync(services.Webhooks.CreateWebhook, request)).Webhook;
    }

    private async Task<Webhook> UpdateAsync(SvixCall call, Webhook webhook, IEnumerable<string> mask)
    {
        var request = new UpdateWebhookRequest { Webhook = webhook, UpdateMask = new FieldMask { Paths = { mask } } };
        return (await call.AskAsync(services.Webhooks.UpdateWebhook, request)).Webhook;
    }
}
