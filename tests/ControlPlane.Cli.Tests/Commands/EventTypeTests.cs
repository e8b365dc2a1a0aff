using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class EventTypeTests : HookctlTest
{
    [Fact]
    public async Task EveryCommand_SendsWhatItsFlagsSay()
    {
        (await RunAsync("event-types list --tenant acme --all")).Succeeded();
        (await RunAsync("event-types create order.paid --description Paid")).Succeeded();
        (await RunAsync("event-types create order.old --deprecated")).Succeeded();
        (await RunAsync("event-types update order.old --deprecated false --etag e")).Succeeded();
        (await RunAsync("event-types update order.old --tenant acme --description New")).Succeeded();
        (await RunAsync("event-types delete order.old --etag e")).Succeeded();

        Assert.Equal(
            [
                new ListEventTypesRequest { TenantId = "acme", PageSize = 1000 },
                new CreateEventTypeRequest { EventType = new EventType { Name = "order.paid", Description = "Paid" } },
                new CreateEventTypeRequest { EventType = new EventType { Name = "order.old", Deprecated = true } },
                new UpdateEventTypeRequest
                {
                    EventType = new EventType { Name = "order.old", Etag = "e" }, UpdateMask = new FieldMask { Paths = { "deprecated" } },
                },
                new UpdateEventTypeRequest
                {
                    EventType = new EventType { TenantId = "acme", Name = "order.old", Description = "New" },
                    UpdateMask = new FieldMask { Paths = { "description" } },
                },
                new DeleteEventTypeRequest { Name = "order.old", Etag = "e" },
            ],
            Server.Requests);
    }

    [Fact]
    public async Task SchemaAndExamples_FromFilesAndText_AreSent()
    {
        var file = Path.Combine(Folder, "schema.json");
        await File.WriteAllTextAsync(file, "{}\n", TestContext.Current.CancellationToken);
        (await RunAsync($"event-types create a --schema @{file} --example 1 --example 2")).Succeeded();
        (await RunAsync("event-types update a --schema true")).Succeeded();

        Assert.Equal(
            [
                new CreateEventTypeRequest { EventType = new EventType { Name = "a", Schema = "{}", Examples = { "1", "2" } } },
                new UpdateEventTypeRequest { EventType = new EventType { Name = "a", Schema = "true" }, UpdateMask = new FieldMask { Paths = { "schema" } } },
            ],
            Server.Requests);
    }

    [Fact]
    public async Task Import_OpenApi_BundlesWhatSchemasReferTo()
    {
        var file = Path.Combine(Folder, "openapi.json");
        const string Document =
            """
            {"openapi":"3.1.0","webhooks":{
              "order.paid":{"post":{"summary":"Paid","requestBody":{"content":{"application/json":{
                "schema":{"$ref":"#/components/schemas/Order"},"example":{"id":1},"examples":{"two":{"value":{"id":2}}}}}}}},
              "order.gone":{"post":{"description":"Gone","deprecated":true}}},
             "components":{"schemas":{
              "Order":{"type":"object","properties":{"lines":{"items":{"$ref":"#/components/schemas/Line"}}}},
              "Line":{"type":"object","properties":{"of":{"$ref":"#/components/schemas/Order"}}},"Other":{}}}}
            """;
        await File.WriteAllTextAsync(file, Document, TestContext.Current.CancellationToken);
        Server.Answer<CreateEventTypeRequest>(r => r.EventType.Name == "order.gone"
            ? throw new RpcException(new Status(StatusCode.AlreadyExists, "exists"))
            : new CreateEventTypeResponse { EventType = r.EventType });
        (await RunAsync($"event-types import {file} --dry-run")).Succeeded();
        Assert.Empty(Server.Requests);
        (await RunAsync($"event-types import {file}")).Succeeded();

        const string Bundled =
            """
            {"$ref":"#/$defs/Order","$defs":{"Order":{"type":"object","properties":{"lines":{"items":{"$ref":"#/$defs/Line"}}}},"Line":{"type":"object","properties":{"of":{"$ref":"#/$defs/Order"}}}}}
            """;
        var gone = new EventType { Name = "order.gone", Description = "Gone", Deprecated = true };
        Assert.Equal(
            [
                new CreateEventTypeRequest
                {
                    EventType = new EventType { Name = "order.paid", Description = "Paid", Schema = Bundled, Examples = { "{\"id\":1}", "{\"id\":2}" } },
                },
                new CreateEventTypeRequest { EventType = gone },
                new UpdateEventTypeRequest { EventType = gone, UpdateMask = new FieldMask { Paths = { "description", "deprecated", "schema", "examples" } } },
            ],
            Server.Requests);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"openapi":"3.0.3","webhooks":{"a":{}}}""")]
    [InlineData("""{"openapi":"3.1.0","webhooks":{}}""")]
    public async Task Import_NoSuchDocument_IsAUsageError(string document)
    {
        var file = Path.Combine(Folder, "wrong.json");
        await File.WriteAllTextAsync(file, document, TestContext.Current.CancellationToken);
        Assert.Equal(2, (await RunAsync($"event-types import {file}")).ExitCode);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task Update_NothingToChange_IsAUsageError()
    {
        Assert.Equal(2, (await RunAsync("event-types update a")).ExitCode);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task List_Table_ShowsWhoseTypeItIs()
    {
        Server.Answer<ListEventTypesRequest>(_ => new ListEventTypesResponse
        {
            EventTypes = { new EventType { Name = "a", TenantId = "acme", Deprecated = true }, new EventType { Name = "b", Dialect = "wawp" } },
        });

        var lines = (await RunAsync("event-types list")).Succeeded().Lines;

        Assert.Equal(["a", "acme", "deprecated", "-", "-"], lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["b", "wawp", "-", "-", "-"], lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Tenants_PlanFlags_MakeTheTenantAndTheMask()
    {
        const string Plan =
            "--strict-event-types --enforce-schemas --max-webhooks 5 --max-publish-rate 2.5 --max-payload-bytes 1000 --disable-feature watch --disable-feature publish";
        Server.Answer<CreateTenantRequest>(r => new CreateTenantResponse { Tenant = r.Tenant });

        var created = (await RunAsync($"tenants create --id acme {Plan}")).Succeeded();
        (await RunAsync($"tenants update acme {Plan}")).Succeeded();
        (await RunAsync("tenants update acme --max-webhooks 0 --strict-event-types false --all-features")).Succeeded();
        Assert.Equal(2, (await RunAsync("tenants update acme --disable-feature watch --all-features")).ExitCode);

        var tenant = new Tenant
        {
            Id = "acme",
            StrictEventTypes = true,
            EnforceSchemas = true,
            Limits = new TenantLimits { MaxWebhooks = 5, PublishRatePerSecond = 2.5, MaxPayloadBytes = 1000 },
            DisabledFeatures = { "watch", "publish" },
        };
        Assert.Equal(
            [
                new CreateTenantRequest { Tenant = tenant },
                new UpdateTenantRequest
                {
                    Tenant = tenant,
                    UpdateMask = new FieldMask
                    {
                        Paths =
                        {
                            "strict_event_types", "enforce_schemas", "limits.max_webhooks", "limits.publish_rate_per_second", "limits.max_payload_bytes",
                            "disabled_features",
                        },
                    },
                },
                new UpdateTenantRequest
                {
                    Tenant = new Tenant { Id = "acme", Limits = new TenantLimits() },
                    UpdateMask = new FieldMask { Paths = { "strict_event_types", "limits.max_webhooks", "disabled_features" } },
                },
            ],
            Server.Requests);
        Assert.Contains("2.5/s", created.Output, StringComparison.Ordinal);
        Assert.Contains("watch publish", created.Output, StringComparison.Ordinal);
    }
}
