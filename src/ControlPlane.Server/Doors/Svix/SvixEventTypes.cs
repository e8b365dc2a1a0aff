using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Server.Api.Errors;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Event types: the platform's own catalogue, and with a tenant's key that tenant's own beside it.</summary>
internal sealed class SvixEventTypes(SvixServices services)
{
    private const string Read = "webhooks.read";
    private const string Write = "webhooks.write";
    private const string Schemas = "schemas";
    private const string All = "/event-type";
    private const string One = "/event-type/{event_type_name}";
    private static readonly string[] Changeable = ["description", "deprecated", "schema"];

    public void Map(SvixRoutes routes)
    {
        routes.Map("GET", All, Read, ListAsync);
        routes.MapJson("POST", All, Write, CreateAsync);
        routes.Map("GET", One, Read, GetAsync);
        routes.MapJson("PUT", One, Write, PutAsync);
        routes.MapJson("PATCH", One, Write, PatchAsync);
        routes.Map("DELETE", One, Write, DeleteAsync);
    }

    /// <summary>Whether a tenant has an event type in one of the catalogues that it sees.</summary>
    public static async Task<bool> ExistsAsync(SvixServices services, SvixCall call, string tenantId, string name) =>
        (await ReadAllAsync(services, call, tenantId)).Exists(type => type.Name == name);

    private async Task ListAsync(SvixCall call)
    {
        var (limit, iterator, ascending) = (call.Query.Limit(), call.Query.Iterator(), call.Query.Text("order") is null || call.Query.Ascending());
        // There are no archived ones.
        call.Query.Flag("include_archived");
        var withContent = call.Query.Flag("with_content") == true;
        call.Check();
        var own = (await ReadAllAsync(services, call, "")).Where(IsOwn).DistinctBy(type => type.Name).OrderBy(type => type.Name, StringComparer.Ordinal);
        var entries = own.Select(type => new SvixEntry(type.Name, () => Task.FromResult(Show(type, withContent)))).ToList();
        if (!ascending)
        {
            entries.Reverse();
        }

        await call.AnswerAsync(StatusCodes.Status200OK, await SvixList.OfAllAsync(call, limit, iterator, entries));
    }

    private async Task CreateAsync(SvixCall call)
    {
        var body = await call.ReadBodyAsync();
        body.Require("name");
        var type = ReadFields(body);
        type.Name = body.Text("name") ?? "";
        body.End();
        call.Check();
        var created = await call.AskAsync(services.Webhooks.CreateEventType, new CreateEventTypeRequest { EventType = type });
        await call.AnswerAsync(StatusCodes.Status201Created, Show(created.EventType));
    }

    private async Task GetAsync(SvixCall call)
    {
        var name = call.Path("event_type_name");
        call.Check();
        var found = (await ReadAllAsync(services, call, "")).Find(type => type.Name == name && IsOwn(type))
            ?? throw RequestErrors.NotFound("event type", name);
        await call.AnswerAsync(StatusCodes.Status200OK, Show(found));
    }

    private async Task PutAsync(SvixCall call)
    {
        var name = call.Path("event_type_name");
        var body = await call.ReadBodyAsync();
        var type = ReadFields(body);
        type.Name = name;
        body.End();
        call.Check();
        var request = new UpdateEventTypeRequest { EventType = type, UpdateMask = new FieldMask { Paths = { Changeable } } };
        if (await call.FindAsync(services.Webhooks.UpdateEventType, request) is { } updated)
        {
            await call.AnswerAsync(StatusCodes.Status200OK, Show(updated.EventType));
            return;
        }

        var created = await call.AskAsync(services.Webhooks.CreateEventType, new CreateEventTypeRequest { EventType = type });
        await call.AnswerAsync(StatusCodes.Status201Created, Show(created.EventType));
    }

    private async Task PatchAsync(SvixCall call)
    {
        var name = call.Path("event_type_name");
        var body = await call.ReadBodyAsync();
        var type = ReadFields(body, isPatch: true);
        type.Name = name;
        body.End();
        call.Check();
        string[] mask = [.. Changeable.Where(path => body.Has(path == "schema" ? Schemas : path))];
        if (mask.Length == 0)
        {
            await GetAsync(call);
            return;
        }

        var request = new UpdateEventTypeRequest { EventType = type, UpdateMask = new FieldMask { Paths = { mask } } };
        await call.AnswerAsync(StatusCodes.Status200OK, Show((await call.AskAsync(services.Webhooks.UpdateEventType, request)).EventType));
    }

    private async Task DeleteAsync(SvixCall call)
    {
        var name = call.Path("event_type_name");
        // There is no archive to keep it in otherwise.
        call.Query.Flag("expunge");
        call.Check();
        await call.AskAsync(services.Webhooks.DeleteEventType, new DeleteEventTypeRequest { Name = name });
        await call.AnswerAsync(StatusCodes.Status204NoContent);
    }

    private static async Task<List<EventType>> ReadAllAsync(SvixServices services, SvixCall call, string tenantId)
    {
        var all = new List<EventType>();
        var request = new ListEventTypesRequest { TenantId = tenantId, PageSize = 1_000 };
        do
        {
            var page = await call.LookAsync(services.Webhooks.ListEventTypes, request);
            all.AddRange(page.EventTypes);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return all;
    }

    /// <summary>Whether somebody made it: those that are built in are what other platforms send, or tell of webhooks.</summary>
    private static bool IsOwn(EventType type) => type.TenantId.Length > 0;

    private static EventType ReadFields(BodyFields body, bool isPatch = false)
    {
        if (!isPatch)
        {
            body.Require("description");
        }

        if (body.Flag("archived") == true)
        {
            body.Note("archived", "NOT_SUPPORTED", "is not supported: delete the event type");
        }

        body.NotTaken("featureFlag", "is not supported: every tenant sees every event type");
        body.NotTaken("featureFlags", "is not supported: every tenant sees every event type");
        body.NotTaken("groupName", "is not supported");
        return new() { Description = body.Text("description") ?? "", Deprecated = body.Flag("deprecated") ?? false, Schema = ReadSchema(body) };
    }

    /// <summary>Of several versions the one with the highest number: one is kept, and the server counts.</summary>
    private static string ReadSchema(BodyFields body)
    {
        var raw = body.Raw(Schemas);
        return raw.IsEmpty
            ? ""
            : JsonElement.Parse(raw).EnumerateObject()
                .OrderByDescending(version => int.TryParse(version.Name, CultureInfo.InvariantCulture, out var number) ? number : 0)
                .Select(version => version.Value.GetRawText())
                .FirstOrDefault("");
    }

    private static JsonObject? ShowSchemas(EventType type) =>
        type.Schema.Length > 0 ? new() { [type.SchemaVersion.ToString(CultureInfo.InvariantCulture)] = JsonNode.Parse(type.Schema) } : null;

    private static JsonObject Show(EventType type, bool withContent = true) => new()
    {
        ["name"] = type.Name,
        ["description"] = type.Description,
        ["archived"] = false,
        ["deprecated"] = type.Deprecated,
        ["schemas"] = withContent ? ShowSchemas(type) : null,
        ["createdAt"] = SvixText.Time(type.CreateTime),
        ["updatedAt"] = SvixText.Time(type.UpdateTime),
        ["featureFlag"] = null,
    };
}
