using ControlPlane.Server.Api.Errors;
using Grpc.Core;

namespace ControlPlane.Server.Doors.Platforms.Wazapin;

/// <summary>Wazapin's settings of webhooks, and their deliveries. Its channels are instances.</summary>
internal sealed class WazapinDoor(PlatformWebhooks webhooks, PlatformDeliveries deliveries)
{
    private const string Settings = "/v1/settings/developer/webhooks";

    public void Map(IEndpointRouteBuilder endpoints) => new PlatformRoutes(endpoints, "/platforms/wazapin", new WazapinErrors())
        .Map("GET", Settings, PlatformRoutes.ReadWebhooks, ListAsync)
        .MapJson("POST", $"{Settings}/endpoints", PlatformRoutes.WriteWebhooks, CreateAsync)
        .MapJson("PATCH", $"{Settings}/endpoints/{{endpointID}}", PlatformRoutes.WriteWebhooks, UpdateAsync)
        .Map("DELETE", $"{Settings}/endpoints/{{endpointID}}", PlatformRoutes.WriteWebhooks, DeleteAsync)
        .Map("POST", $"{Settings}/endpoints/{{endpointID}}/rotate-secret", PlatformRoutes.WriteWebhooks, RotateAsync)
        .Map("POST", $"{Settings}/endpoints/{{endpointID}}/test", PlatformRoutes.WriteWebhooks, TestAsync)
        .Map("GET", $"{Settings}/deliveries", PlatformRoutes.ReadDeliveries, ListDeliveriesAsync)
        .Map("POST", $"{Settings}/deliveries/{{messageID}}/retry", PlatformRoutes.WriteDeliveries, RetryAsync)
        .MapRest();

    private Task ListAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        var endpoints = webhooks.ListAsync(context).Select(webhook => WazapinMapper.ToJson(webhook));
        return JsonContent.AnswerAsync(context, new(endpoints, WazapinMapper.Catalogue), WazapinJson.Instance.WazapinSettings);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var (body, violations) = await PlatformRequest.ReadAsync(context);
        var webhook = WazapinMapper.ToNew(body);
        body.End();
        await webhooks.CheckAsync(context, webhook, secret: "", violations);
        var created = await webhooks.CreateAsync(context, webhook, secret: "");
        await JsonContent.AnswerAsync(
            context,
            WazapinMapper.ToJson(created.Webhook, created.Secret),
            WazapinJson.Instance.WazapinEndpoint,
            StatusCodes.Status201Created);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        var (body, violations) = await PlatformRequest.ReadAsync(context);
        var (change, paths) = WazapinMapper.ToChange(body, Endpoint(context));
        PlatformRequest.Check(body, violations);
        var changed = await webhooks.ChangeAsync(context, change, paths);
        await JsonContent.AnswerAsync(context, WazapinMapper.ToJson(changed), WazapinJson.Instance.WazapinEndpoint);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        await webhooks.DeleteAsync(context, Endpoint(context));
        await JsonContent.AnswerAsync(context, new(Endpoint(context), Deleted: true), WazapinJson.Instance.WazapinDeletion);
    }

    private async Task RotateAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        var rotated = await webhooks.RotateAsync(context, Endpoint(context));
        await JsonContent.AnswerAsync(context, WazapinMapper.ToJson(rotated.Webhook, rotated.Secret), WazapinJson.Instance.WazapinEndpoint);
    }

    private async Task TestAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        var delivery = WazapinMapper.ToJson(await webhooks.TestAsync(context, Endpoint(context)));
        await JsonContent.AnswerAsync(context, new(delivery), WazapinJson.Instance.WazapinTest);
    }

    private async Task ListDeliveriesAsync(HttpContext context)
    {
        var page = await deliveries.ListAsync(context, WazapinMapper.ToList(context.Request));
        await JsonContent.AnswerAsync(
            context,
            new(page.Deliveries.Select(WazapinMapper.ToJson), page.NextPageToken.Length > 0 ? page.NextPageToken : null),
            WazapinJson.Instance.WazapinDeliveries);
    }

    /// <summary>Retries what was given up of a message, or one delivery.</summary>
    private async Task RetryAsync(HttpContext context)
    {
        PlatformRequest.Check(context);
        var id = PlatformRequest.Route(context, "messageID");
        var retried = await deliveries.RedriveAsync(context, id);
        if (retried == 0)
        {
            await RetryOneAsync(context, id);
            retried = 1;
        }

        await JsonContent.AnswerAsync(context, new(id, retried), WazapinJson.Instance.WazapinRetry);
    }

    private async Task RetryOneAsync(HttpContext context, string id)
    {
        try
        {
            await deliveries.RetryAsync(context, id);
        }
        catch (RequestException e) when (e.Code == StatusCode.NotFound)
        {
            throw await deliveries.IsEventAsync(context, id)
                ? RequestErrors.FailedPrecondition("DELIVERY_NOT_ENDED", id, $"No delivery of the message \"{ErrorText.Shorten(id)}\" has failed.")
                : RequestErrors.NotFound("message", id);
        }
    }

    private static string Endpoint(HttpContext context) => PlatformRequest.Route(context, "endpointID");
}
