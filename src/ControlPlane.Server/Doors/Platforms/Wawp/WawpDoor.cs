using ControlPlane.Egress.Policy;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Webhooks.Settings;

namespace ControlPlane.Server.Doors.Platforms.Wawp;

/// <summary>Wawp's webhook API, which names webhooks by URL and instance.</summary>
internal sealed class WawpDoor(PlatformWebhooks webhooks, UrlPolicy urls)
{
    private const string Success = "success";

    public void Map(IEndpointRouteBuilder endpoints) => new PlatformRoutes(endpoints, "/platforms/wawp", new WawpErrors(), new WawpKeyPlace())
        .MapJson("POST", "/v2/webhook/set", PlatformRoutes.WriteWebhooks, SetAsync)
        .Map("GET", "/v2/webhook/list", PlatformRoutes.ReadWebhooks, ListAsync)
        .MapJson("POST", "/v2/webhook/delete", PlatformRoutes.WriteWebhooks, DeleteAsync)
        .MapRest();

    private async Task SetAsync(HttpContext context)
    {
        var (body, violations) = await ReadAsync(context);
        var (webhook, paths) = WawpMapper.Read(body);
        var secret = body.Text("hmac") ?? "";
        body.End();
        await webhooks.CheckAsync(context, webhook, secret, violations);
        if (await FindIdAsync(context, webhook.Url, webhook.Instances[0]) is { } id)
        {
            webhook.Id = id;
            webhook = await webhooks.ChangeAsync(context, webhook, paths, secret);
        }
        else
        {
            webhook = await webhooks.CreateAtUrlAsync(context, webhook, secret);
        }

        await JsonContent.AnswerAsync(
            context, new(Success, "Webhook set successfully.", WawpMapper.ToJson(webhook)), WawpJson.Instance.WawpOne);
    }

    private Task ListAsync(HttpContext context)
    {
        var violations = new Violations();
        var instance = QueryFields.Read(context.Request, violations, "instance_id", WawpKeyPlace.Name).Text("instance_id");
        violations.ThrowIfAny();
        return JsonContent.AnswerAsync(
            context, new(Success, webhooks.ListAsync(context, instance).Select(WawpMapper.ToJson)), WawpJson.Instance.WawpList);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var (body, violations) = await ReadAsync(context);
        body.Require("instance_id");
        body.Require("url");
        var (url, instance) = (body.Text("url") ?? "", body.Text("instance_id") ?? "");
        PlatformRequest.Check(body, violations);
        var id = await FindIdAsync(context, url, instance) ?? throw RequestErrors.NotFound("webhook", url);
        await webhooks.DeleteAsync(context, id);
        await JsonContent.AnswerAsync(context, new(Success, "Webhook deleted successfully."), WawpJson.Instance.WawpDone);
    }

    private static async Task<(BodyFields Body, Violations Violations)> ReadAsync(HttpContext context)
    {
        var violations = new Violations();
        QueryFields.Read(context.Request, violations, WawpKeyPlace.Name);
        var body = await BodyFields.ReadAsync(context, violations);
        // Authentication has taken it, unless the key stood elsewhere too.
        body.Text(WawpKeyPlace.Name);
        return (body, violations);
    }

    private Task<string?> FindIdAsync(HttpContext context, string url, string instance)
    {
        var stored = UpsertMatch.Canonical(urls, url);
        return webhooks.FindIdAsync(context, webhook => webhook.Url == stored && webhook.Instances is [var only] && only == instance);
    }
}
