namespace ControlPlane.Server.Doors.Platforms.Gowa;

/// <summary>The webhook API of the server for many WhatsApp sessions that listens on port 7001. It names webhooks by their numbers.</summary>
internal sealed class GowaDoor(PlatformWebhooks webhooks, PlatformDeliveries deliveries)
{
    public void Map(IEndpointRouteBuilder endpoints) =>
        new PlatformRoutes(endpoints, "/platforms/gowa", new GowaErrors(), new GowaKeyPlace())
            .MapJson("POST", "/webhooks", PlatformRoutes.WriteWebhooks, CreateAsync)
            .Map("GET", "/webhooks", PlatformRoutes.ReadWebhooks, ListAsync)
            .Map("GET", "/webhooks/{id}", PlatformRoutes.ReadWebhooks, GetAsync)
            .MapJson("PATCH", "/webhooks/{id}", PlatformRoutes.WriteWebhooks, UpdateAsync)
            .Map("DELETE", "/webhooks/{id}", PlatformRoutes.WriteWebhooks, DeleteAsync)
            .Map("GET", "/webhooks/{id}/logs", PlatformRoutes.ReadDeliveries, LogsAsync)
            .Map("POST", "/webhooks/{id}/test", PlatformRoutes.WriteWebhooks, TestAsync)
            .MapRest();

    private async Task CreateAsync(HttpContext context)
    {
        var (body, violations) = await PlatformRequest.ReadAsync(context);
        var (webhook, secret) = (GowaMapper.ToNew(body), GowaMapper.Secret(body));
        body.End();
        await webhooks.CheckAsync(context, webhook, secret, violations);
        var created = GowaMapper.ToCreated((await webhooks.CreateAsync(context, webhook, secret)).Webhook);
        await JsonContent.AnswerAsync(
            context,
            new(StatusCodes.Status201Created, created, Status: true, "Webhook created successfully"),
            GowaJson.Instance.GowaCreation,
            StatusCodes.Status201Created);
    }

    private Task ListAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        return JsonContent.AnswerAsync(
            context,
            Answer("Webhooks retrieved successfully", webhooks.ListAsync(context).Select(GowaMapper.ToJson)),
            GowaJson.Instance.Many);
    }

    private async Task GetAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        var webhook = GowaMapper.ToJson(await webhooks.GetAsync(context, await IdAsync(context)));
        await JsonContent.AnswerAsync(context, Answer("Webhook retrieved successfully", webhook), GowaJson.Instance.One);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        var (body, violations) = await PlatformRequest.ReadAsync(context);
        var ((change, paths), secret) = (GowaMapper.ToChange(body), GowaMapper.Secret(body));
        PlatformRequest.Check(body, violations);
        change.Id = await IdAsync(context);
        var webhook = GowaMapper.ToJson(await webhooks.ChangeAsync(context, change, paths, secret));
        await JsonContent.AnswerAsync(context, Answer("Webhook updated successfully", webhook), GowaJson.Instance.One);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        await webhooks.DeleteAsync(context, await IdAsync(context));
        await JsonContent.AnswerAsync(
            context, new(Status: true, StatusCodes.Status200OK, "Webhook deleted successfully"), GowaJson.Instance.GowaDone);
    }

    private async Task LogsAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        var logs = deliveries.LogsAsync(context, await IdAsync(context)).Select(GowaMapper.ToJson);
        await JsonContent.AnswerAsync(context, Answer("Webhook logs retrieved successfully", logs), GowaJson.Instance.Logs);
    }

    private async Task TestAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        var log = GowaMapper.ToJson(await webhooks.TestAsync(context, await IdAsync(context)));
        await JsonContent.AnswerAsync(context, Answer("Webhook test sent successfully", log), GowaJson.Instance.Test);
    }

    private Task<string> IdAsync(HttpContext context) => webhooks.RequireIdAsync(context, PlatformRequest.Route(context, "id"));

    private static GowaAnswer<T> Answer<T>(string message, T data) => new(Status: true, StatusCodes.Status200OK, message, data);
}
