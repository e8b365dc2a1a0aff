using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.Platforms.Wachat;

/// <summary>Wachat's webhook API, which names webhooks by their numbers.</summary>
internal sealed class WachatDoor(PlatformWebhooks webhooks)
{
    public void Map(IEndpointRouteBuilder endpoints) => new PlatformRoutes(endpoints, "/platforms/wachat", new WachatErrors())
        .MapJson("POST", "/api/v1/webhooks", PlatformRoutes.WriteWebhooks, SetAsync)
        .Map("GET", "/api/v1/webhooks", PlatformRoutes.ReadWebhooks, ListAsync)
        .Map("GET", "/api/v1/webhooks/{id}", PlatformRoutes.ReadWebhooks, GetAsync)
        .Map("DELETE", "/api/v1/webhooks/{id}", PlatformRoutes.WriteWebhooks, DeleteAsync)
        .MapRest();

    /// <summary>Creates a webhook, or with an id changes one.</summary>
    private async Task SetAsync(HttpContext context)
    {
        var (body, violations) = await PlatformRequest.ReadAsync(context);
        if (body.Integer("id", 1, long.MaxValue) is { } number)
        {
            var (change, paths) = WachatMapper.ToChange(body);
            var secret = WachatMapper.Secret(body);
            PlatformRequest.Check(body, violations);
            change.Id = await webhooks.RequireIdAsync(context, $"{number}");
            await AnswerAsync(context, WachatMapper.ToJson(await webhooks.ChangeAsync(context, change, paths, secret)));
            return;
        }

        var webhook = WachatMapper.ToNew(body);
        var own = WachatMapper.Secret(body);
        body.End();
        await webhooks.CheckAsync(context, webhook, own, violations);
        var created = await webhooks.CreateAsync(context, webhook, own);
        await AnswerAsync(context, WachatMapper.ToJson(created.Webhook, own.Length > 0 ? "" : created.Secret));
    }

    private Task ListAsync(HttpContext context)
    {
        var violations = new Violations();
        var instance = QueryFields.Read(context.Request, violations, "instanceName").Text("instanceName");
        violations.ThrowIfAny();
        var all = webhooks.ListAsync(context, instance).Select(webhook => WachatMapper.ToJson(webhook));
        return JsonContent.AnswerAsync(context, new WachatList(all), WachatJson.Instance.WachatList);
    }

    private async Task GetAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        await AnswerAsync(context, WachatMapper.ToJson(await webhooks.GetAsync(context, await IdAsync(context))));
    }

    private async Task DeleteAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        await webhooks.DeleteAsync(context, await IdAsync(context));
        await JsonContent.AnswerAsync(context, new(Success: true, "Webhook deleted successfully."), WachatJson.Instance.WachatDone);
    }

    private Task<string> IdAsync(HttpContext context) => webhooks.RequireIdAsync(context, PlatformRequest.Route(context, "id"));

    private static Task AnswerAsync(HttpContext context, WachatWebhook webhook) =>
        JsonContent.AnswerAsync(context, new(Success: true, webhook), WachatJson.Instance.WachatOne);
}
