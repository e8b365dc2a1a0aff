using System.Text.Json.Nodes;
using ControlPlane.Server.Api.Errors;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Applications, which are tenants: <c>uid</c> is the external id, <c>metadata</c> the labels.</summary>
internal sealed class SvixApplications(SvixServices services, SvixPlaces places)
{
    private const string NoThrottle = "is not supported of an application: set throttleRate of its endpoints";

    public void Map(SvixRoutes routes)
    {
        routes.MapPlatform("GET", "/app", ListAsync);
        routes.MapPlatform("POST", "/app", CreateAsync);
        routes.Map("GET", "/app/{app_id}", "admin", GetAsync);
        routes.MapPlatform("PUT", "/app/{app_id}", PutAsync);
        routes.MapPlatform("PATCH", "/app/{app_id}", PatchAsync);
        routes.MapPlatform("DELETE", "/app/{app_id}", DeleteAsync);
    }

    /// <summary>Reads an application that is to be made along with something else, if that is wanted.</summary>
    public static Tenant? ReadBeside(BodyFields body)
    {
        if (body.Object("application") is not { } fields)
        {
            return null;
        }

        var app = Read(fields);
        fields.End();
        return app;
    }

    /// <summary>The application in the path, made if it is not there and is described beside.</summary>
    /// <exception cref="RequestException">NOT_FOUND; INVALID_ARGUMENT: it is described under another uid.</exception>
    public async Task<Tenant> GetOrMakeAsync(SvixCall call, Tenant? beside)
    {
        var app = call.Path("app_id");
        call.Check();
        if (await places.TryAppAsync(call, app) is { } found)
        {
            return found;
        }

        if (beside is null)
        {
            throw RequestErrors.NotFound("application", app);
        }

        if (beside.ExternalId != app)
        {
            call.Violations.Add("body.application.uid", "UID_MISMATCH", "must be the uid in the path");
            call.Check();
        }

        return await MakeAsync(call, beside);
    }

    private async Task ListAsync(SvixCall call)
    {
        var (limit, iterator, ascending) = (call.Query.Limit(), call.Query.Iterator(), call.Query.Ascending());
        call.Check();
        await call.AnswerAsync(StatusCodes.Status200OK, ascending
            ? await SvixList.OfAllAsync(call, limit, iterator, [.. (await SvixList.ReadAllAsync(call, ReadPageAsync)).AsEnumerable().Reverse()])
            : await SvixList.NewestFirstAsync(call, limit, iterator, ReadPageAsync));

        async Task<SvixPart> ReadPageAsync(string place, int count)
        {
            var page = await call.AskAsync(services.Admin.ListTenants, new ListTenantsRequest { PageSize = count, PageToken = place });
            return new([.. page.Tenants.Select(app => new SvixEntry(app.Id, () => Task.FromResult(Show(app))))], page.NextPageToken);
        }
    }

    private async Task CreateAsync(SvixCall call)
    {
        var getIfExists = call.Query.Flag("get_if_exists");
        var body = await call.ReadBodyAsync();
        var app = Read(body);
        body.End();
        call.Check();
        app.Id = call.IdempotencyKey.Length > 0 ? $"app_{SvixText.Derive(call.Caller.KeyId, call.IdempotencyKey)}" : "";
        var existing = app.ExternalId.Length > 0 ? await places.TryAppAsync(call, app.ExternalId) : null;
        if (existing is not null && !getIfExists && existing.Id != app.Id)
        {
            throw RequestErrors.AlreadyExists(
                "APPLICATION_EXISTS", "application", app.ExternalId, "An application with that id or uid already exists.");
        }

        await call.AnswerAsync(
            existing is null || existing.Id == app.Id ? StatusCodes.Status201Created : StatusCodes.Status200OK,
            Show(existing ?? await MakeAsync(call, app)));
    }

    private async Task GetAsync(SvixCall call) => await call.AnswerAsync(StatusCodes.Status200OK, Show(await places.AppAsync(call)));

    private async Task PutAsync(SvixCall call)
    {
        var id = call.Path("app_id");
        var body = await call.ReadBodyAsync();
        var app = Read(body);
        body.End();
        call.Check();
        if (await places.TryAppAsync(call, id) is { } existing)
        {
            app.Id = existing.Id;
            await call.AnswerAsync(StatusCodes.Status200OK, Show(await UpdateAsync(call, app, "name", "external_id", "labels")));
            return;
        }

        // So that the same request finds it the next time.
        app.ExternalId = app.ExternalId.Length > 0 ? app.ExternalId : id;
        await call.AnswerAsync(StatusCodes.Status201Created, Show(await MakeAsync(call, app)));
    }

    private async Task PatchAsync(SvixCall call)
    {
        var body = await call.ReadBodyAsync();
        var app = Read(body, isPatch: true);
        body.End();
        var found = await places.AppAsync(call);
        app.Id = found.Id;
        string[] mask =
        [
            .. body.Has("name") ? ["name"] : Array.Empty<string>(),
            .. body.Has("uid") ? ["external_id"] : Array.Empty<string>(),
            .. body.Has("metadata") ? ["labels"] : Array.Empty<string>(),
        ];
        await call.AnswerAsync(StatusCodes.Status200OK, Show(mask.Length == 0 ? found : await UpdateAsync(call, app, mask)));
    }

    private async Task DeleteAsync(SvixCall call)
    {
        var app = await places.AppAsync(call);
        await call.AskAsync(services.Admin.DeleteTenant, new DeleteTenantRequest { TenantId = app.Id, Force = true });
        await call.AnswerAsync(StatusCodes.Status204NoContent);
    }

    private async Task<Tenant> MakeAsync(SvixCall call, Tenant app)
    {
        try
        {
            return (await call.AskAsync(services.Admin.CreateTenant, new CreateTenantRequest { Tenant = app })).Tenant;
        }
        catch (RequestException e) when (e.Code == StatusCode.AlreadyExists)
        {
            // The same request can have made it before, or another one in this moment.
            var made = e.Reason == "TENANT_EXISTS" ? await places.TryAppAsync(call, app.Id) : null;
            if (made is not null && (made.Name, made.ExternalId) == (app.Name, app.ExternalId) && made.Labels.Equals(app.Labels))
            {
                return made;
            }

            throw;
        }
    }

    private async Task<Tenant> UpdateAsync(SvixCall call, Tenant app, params string[] mask) =>
        (await call.AskAsync(
            services.Admin.UpdateTenant, new UpdateTenantRequest { Tenant = app, UpdateMask = new FieldMask { Paths = { mask } } })).Tenant;

    private static Tenant Read(BodyFields body, bool isPatch = false)
    {
        var name = body.Text("name");
        if (isPatch ? body.Has("name") && name is not { Length: > 0 } : name is not { Length: > 0 })
        {
            body.Note("name", "REQUIRED", "must have at least one character");
        }

        body.NotTaken("throttleRate", NoThrottle);
        body.NotTaken("rateLimit", NoThrottle);
        var app = new Tenant { Name = name ?? "", ExternalId = SvixBodies.Uid(body, "uid") ?? "" };
        app.Labels.Add(SvixBodies.Metadata(body));
        return app;
    }

    private static JsonObject Show(Tenant app)
    {
        var shown = new JsonObject
        {
            ["name"] = app.Name,
            ["throttleRate"] = null,
            ["id"] = app.Id,
            ["createdAt"] = SvixText.Time(app.CreateTime),
            ["updatedAt"] = SvixText.Time(app.UpdateTime),
            ["metadata"] = SvixBodies.Show(app.Labels),
        };
        if (app.ExternalId.Length > 0)
        {
            shown["uid"] = app.ExternalId;
        }

        return shown;
    }
}
