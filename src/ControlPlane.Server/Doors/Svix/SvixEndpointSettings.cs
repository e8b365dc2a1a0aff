using System.Text.Json.Nodes;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Server.Webhooks.Settings;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>What an endpoint has besides its settings: headers and its secret.</summary>
internal sealed class SvixEndpointSettings(SvixServices services, SvixPlaces places, SecretReader secrets)
{
    private const string Read = "webhooks.read";
    private const string Write = "webhooks.write";
    private const string Headers = "/app/{app_id}/endpoint/{endpoint_id}/headers";
    private const string Secret = "/app/{app_id}/endpoint/{endpoint_id}/secret";
    private const int LongestGrace = 604_800;
    private const int MostTries = 10;

    public void Map(SvixRoutes routes)
    {
        routes.Map("GET", Headers, Read, GetHeadersAsync);
        routes.MapJson("PUT", Headers, Write, PutHeadersAsync);
        routes.MapJson("PATCH", Headers, Write, PatchHeadersAsync);
        routes.Map("GET", Secret, Write, GetSecretAsync);
        routes.MapJson("POST", $"{Secret}/rotate", Write, RotateAsync);
    }

    private async Task GetHeadersAsync(SvixCall call)
    {
        var headers = (await places.EndpointAsync(call)).Headers.ToLookup(header => header.Value == HeaderCredentials.Mask);
        await call.AnswerAsync(StatusCodes.Status200OK, new JsonObject
        {
            ["headers"] = SvixBodies.Show(headers[false]),
            ["sensitive"] = new JsonArray([.. headers[true].Select(header => (JsonNode)header.Key)]),
        });
    }

    private async Task PutHeadersAsync(SvixCall call)
    {
        var body = await call.ReadBodyAsync();
        body.Require("headers");
        var headers = body.Map("headers") ?? [];
        body.End();
        var webhook = await places.EndpointAsync(call);
        await UpdateAsync(call, webhook.Id, headers!, etag: "");
        await call.AnswerAsync(StatusCodes.Status204NoContent);
    }

    private async Task PatchHeadersAsync(SvixCall call)
    {
        var body = await call.ReadBodyAsync();
        body.Require("headers");
        var changes = body.Map("headers", nulls: true) ?? [];
        foreach (var name in body.Texts("deleteHeaders") ?? [])
        {
            changes.TryAdd(name, null);
        }

        body.End();
        var webhook = await places.EndpointAsync(call);
        for (var tries = 1; ; tries++)
        {
            // By their names as HTTP compares them; credentials come back as their masks, which keep them.
            var headers = new Dictionary<string, string>(webhook.Headers, StringComparer.OrdinalIgnoreCase);
            foreach (var (name, value) in changes)
            {
                headers.Remove(name);
                if (value is not null)
                {
                    headers.Add(name, value);
                }
            }

            try
            {
                await UpdateAsync(call, webhook.Id, headers, webhook.Etag);
                break;
            }
            catch (RequestException e) when (e.Code == StatusCode.Aborted && tries < MostTries)
            {
                webhook = (await call.AskAsync(services.Webhooks.GetWebhook, new GetWebhookRequest { WebhookId = webhook.Id })).Webhook;
            }
        }

        await call.AnswerAsync(StatusCodes.Status204NoContent);
    }

    private async Task GetSecretAsync(SvixCall call)
    {
        var webhook = await places.EndpointAsync(call);
        var secret = await secrets.ReadAsync(call.Caller, webhook.Id, SvixEndpoint.Dialect, call.Cancel);
        await call.AnswerAsync(StatusCodes.Status200OK, new JsonObject { ["key"] = secret });
    }

    private async Task RotateAsync(SvixCall call)
    {
        var body = await call.ReadBodyAsync();
        var secret = SvixEndpoint.ReadSecret(body, "key");
        var grace = body.Integer("gracePeriodSeconds", 0, LongestGrace);
        body.End();
        var webhook = await places.EndpointAsync(call);
        var request = new RotateSecretRequest
        {
            WebhookId = webhook.Id,
            Secret = secret,
            GracePeriod = grace is { } seconds ? Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds)) : null,
        };
        await call.AskAsync(services.Webhooks.RotateSecret, request);
        await call.AnswerAsync(StatusCodes.Status204NoContent);
    }

    private async Task UpdateAsync(SvixCall call, string webhookId, IDictionary<string, string> headers, string etag)
    {
        var webhook = new Webhook { Id = webhookId, Etag = etag };
        webhook.Headers.Add(headers);
        var request = new UpdateWebhookRequest { Webhook = webhook, UpdateMask = new FieldMask { Paths = { "headers" } } };
        await call.AskAsync(services.Webhooks.UpdateWebhook, request);
    }
}
