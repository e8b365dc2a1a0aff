namespace ControlPlane.Server.Doors.Platforms.WaHooks;

/// <summary>WAHooks' webhook API. Its connections are instances.</summary>
internal sealed class WaHooksDoor(PlatformWebhooks webhooks, PlatformDeliveries deliveries)
{
    public void Map(IEndpointRouteBuilder endpoints) => new PlatformRoutes(endpoints, "/platforms/wahooks", new WaHooksErrors())
        .MapJson("POST", "/api/connections/{connectionId}/webhooks", PlatformRoutes.WriteWebhooks, CreateAsync)
        .Map("GET", "/api/connections/{connectionId}/webhooks", PlatformRoutes.ReadWebhooks, ListAsync)
        .MapJson("PUT", "/api/webhooks/{id}", PlatformRoutes.WriteWebhooks, UpdateAsync)
        .Map("DELETE", "/api/webhooks/{id}", PlatformRoutes.WriteWebhooks, DeleteAsync)
        .Map("POST", "/api/webhooks/{id}/test", PlatformRoutes.WriteWebhooks, TestAsync)
        .Map("GET", "/api/webhooks/{id}/logs", PlatformRoutes.ReadDeliveries, LogsAsync)
        .MapRest();

    private async Task CreateAsync(HttpContext context)
    {
        var (body, violations) = await PlatformRequest.ReadAsync(context);
        var webhook = WaHooksMapper.ToNew(body, PlatformRequest.Route(context, "connectionId"));
        body.End();
        await webhooks.CheckAsync(context, webhook, secret: "", violations);
        var created = await webhooks.CreateAsync(context, webhook, secret: "");
        await JsonContent.AnswerAsync(
            context,
            WaHooksMapper.ToJson(created.Webhook, created.Secret),
            WaHooksJson.Instance.WaHooksWebhook,
            StatusCodes.Status201Created);
    }

    private Task ListAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        var all = webhooks.ListAsync(context, PlatformRequest.Route(context, "connectionId")).Select(webhook => WaHooksMapper.ToJson(webhook));
        return JsonContent.AnswerAsync(context, all, WaHooksJson.Instance.Webhooks);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        var (body, violations) = await PlatformRequest.ReadAsync(context);
        var (change, paths) = WaHooksMapper.ToChange(body, PlatformRequest.Route(context, "id"));
        PlatformRequest.Check(body, violations);
        var changed = await webhooks.ChangeAsync(context, change, paths);
        await JsonContent.AnswerAsync(context, WaHooksMapper.ToJson(changed), WaHooksJson.Instance.WaHooksWebhook);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        await webhooks.DeleteAsync(context, PlatformRequest.Route(context, "id"));
        await JsonContent.AnswerAsync(context, new(Success: true), WaHooksJson.Instance.WaHooksDone);
    }

    private async Task TestAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        var delivery = await webhooks.TestAsync(context, PlatformRequest.Route(context, "id"));
        await JsonContent.AnswerAsync(context, new(Success: true, delivery.Id), WaHooksJson.Instance.WaHooksTest);
    }

    private async Task LogsAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        var id = PlatformRequest.Route(context, "id");
        await webhooks.RequireAsync(context, id);
        var logs = deliveries.LogsAsync(context, id, WaHooksMapper.ToJson);
        await JsonContent.AnswerAsync(context, logs, WaHooksJson.Instance.Logs);
    }
}
