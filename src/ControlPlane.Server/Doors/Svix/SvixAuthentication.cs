using System.Text.Json.Nodes;
using ControlPlane.Server.Api.Errors;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Tokens for the portal: keys of one application that live for some days.</summary>
internal sealed class SvixAuthentication(SvixServices services, SvixApplications applications)
{
    private const int ShortestExpiry = 3_600;
    private const int LongestExpiry = 604_800;

    public void Map(SvixRoutes routes)
    {
        routes.MapJson("POST", "/auth/app-portal-access/{app_id}", "admin", OpenPortalAsync);
        routes.MapJson("POST", "/auth/logout", "webhooks.read", LogOutAsync);
    }

    private async Task OpenPortalAsync(SvixCall call)
    {
        var body = await call.ReadBodyAsync();
        var beside = SvixApplications.ReadBeside(body);
        var expiry = body.Integer("expiry", ShortestExpiry, LongestExpiry) ?? LongestExpiry;
        var readOnly = body.Flag("readOnly") ?? false;
        body.NotTaken("featureFlags", "is not supported");
        body.NotTaken("capabilities", "is not supported: use readOnly");
        body.NotTaken("sessionId", "is not supported");
        body.End();
        var app = await applications.GetOrMakeAsync(call, beside);
        var made = await call.AskAsync(
            services.Admin.CreatePortalSession,
            new CreatePortalSessionRequest { TenantId = app.Id, ReadOnly = readOnly, Ttl = TimeSpan.FromSeconds(expiry).ToDuration() });
        await call.AnswerAsync(StatusCodes.Status200OK, new JsonObject { ["url"] = $"{call.Origin}/portal/#token={made.Token}", ["token"] = made.Token });
    }

    /// <summary>Ends the caller's own key, if it is one of those above: a key that does not expire is no token of a portal.</summary>
    private async Task LogOutAsync(SvixCall call)
    {
        var body = await call.ReadBodyAsync();
        body.End();
        call.Check();
        if (call.Caller is { IsPlatform: true } or { ExpireTime: null })
        {
            throw RequestErrors.PermissionDenied("NOT_A_PORTAL_TOKEN", "Only the token of a portal can be logged out.");
        }

        await call.LookAsync(services.Admin.RevokeApiKey, new RevokeApiKeyRequest { ApiKeyId = call.Caller.KeyId });
        await call.AnswerAsync(StatusCodes.Status204NoContent);
    }
}
