using ControlPlane.Server.Tests.Webhooks;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Server.Tests.EventTypes;

/// <summary>Schemas of event types, and a tenant that is held to them.</summary>
public sealed class SchemaTests : WebhookTest
{
    private const string Schema = """{"type":"object","required":["id"],"properties":{"id":{"type":"integer"}}}""";

    private async Task EnforceAsync(bool enforce = true) => await Admin.UpdateTenantAsync(
        new() { Tenant = new() { Id = "default", EnforceSchemas = enforce }, UpdateMask = new() { Paths = { "enforce_schemas" } } },
        cancellationToken: Cancelled);

    private async Task<EventType> CreateAsync(EventType type) =>
        (await Webhooks.CreateEventTypeAsync(new() { EventType = type }, cancellationToken: Cancelled)).EventType;

    private async Task<EventType> UpdateAsync(EventType type, params string[] paths) => (await Webhooks.UpdateEventTypeAsync(
        new() { EventType = type, UpdateMask = new() { Paths = { paths } } }, cancellationToken: Cancelled)).EventType;

    private async Task PublishAsync(string payload, string contentType = "") =>
        await Events.PublishEventAsync(new() { Event = Event(payload, contentType) }, cancellationToken: Cancelled);

    private static Event Event(string payload, string contentType = "") =>
        new() { Type = "order.paid", Payload = ByteString.CopyFromUtf8(payload), ContentType = contentType };

    [Fact]
    public async Task Schema_Changed_CountsVersionsAndIsEnforcedFromTheAnswerOn()
    {
        var made = await CreateAsync(new() { Name = "order.paid", Schema = Schema, Examples = { """{"id":1}""" } });
        Assert.Equal((Schema, 1, """{"id":1}"""), (made.Schema, made.SchemaVersion, Assert.Single(made.Examples)));
        await PublishAsync("3");
        await EnforceAsync();
        await PublishAsync("""{"id":7}""");
        var error = await RpcErrors.OfAsync(() => PublishAsync("""{"id":"7"}"""));
        Assert.Equal(StatusCode.InvalidArgument, error.Code);
        Assert.Equal(["event.payload PAYLOAD_SCHEMA_MISMATCH"], error.Violations());
        Assert.Equal(["event.payload PAYLOAD_SCHEMA_MISMATCH"], (await RpcErrors.OfAsync(() => PublishAsync("id", "text/plain"))).Violations());

        Assert.Equal(1, (await UpdateAsync(new() { Name = "order.paid", Description = "d" }, "description")).SchemaVersion);
        Assert.Equal(2, (await UpdateAsync(new() { Name = "order.paid", Schema = "{}" }, "schema")).SchemaVersion);
        await PublishAsync("""{"id":"7"}""");
        Assert.Equal(3, (await UpdateAsync(new() { Name = "order.paid", Schema = Schema }, "schema")).SchemaVersion);
        await RpcErrors.OfAsync(() => PublishAsync("""{"id":"7"}"""));
        await EnforceAsync(enforce: false);
        await PublishAsync("""{"id":"7"}""");
    }

    [Fact]
    public async Task Batch_SomeDoNotFit_NamesEachAndStoresNone()
    {
        await CreateAsync(new() { Name = "order.paid", Schema = Schema });
        await EnforceAsync();
        var batch = new BatchPublishEventsRequest { Events = { Event("{}"), Event("""{"id":1}"""), Event("[]") } };
        var error = await RpcErrors.OfAsync(async () => await Events.BatchPublishEventsAsync(batch, cancellationToken: Cancelled));
        Assert.Equal(["events[0].payload PAYLOAD_SCHEMA_MISMATCH", "events[2].payload PAYLOAD_SCHEMA_MISMATCH"], error.Violations());
        Assert.Empty((await Events.ListEventsAsync(new(), cancellationToken: Cancelled)).Events);
    }

    [Fact]
    public async Task Tenant_WithoutAType_IsHeldToThePlatforms()
    {
        await CreateAsync(new() { Name = "order.paid", Schema = Schema });
        await Admin.CreateTenantAsync(new() { Tenant = new() { Id = "shop", EnforceSchemas = true } }, cancellationToken: Cancelled);
        async Task AsShopAsync(string payload)
        {
            var source = Event(payload);
            source.TenantId = "shop";
            await Events.PublishEventAsync(new() { Event = source }, cancellationToken: Cancelled);
        }

        await RpcErrors.OfAsync(() => AsShopAsync("{}"));
        await AsShopAsync("""{"id":1}""");
        await CreateAsync(new() { TenantId = "shop", Name = "order.paid", Schema = """{"type":"object"}""" });
        await AsShopAsync("{}");
    }

    [Fact]
    public async Task Examples_ThatDoNotFit_AreRefusedWhicheverChanges()
    {
        var both = await RpcErrors.OfAsync(() => CreateAsync(new() { Name = "order.paid", Schema = Schema, Examples = { """{"id":1}""", "{}" } }));
        Assert.Equal(["event_type.examples[1] EXAMPLE_INVALID"], both.Violations());
        var wrong = await RpcErrors.OfAsync(() => CreateAsync(new() { Name = "order.paid", Schema = "{", Examples = { "{" } }));
        Assert.Equal(["event_type.schema SCHEMA_INVALID", "event_type.examples[0] EXAMPLE_INVALID"], wrong.Violations());

        await CreateAsync(new() { Name = "order.paid", Examples = { "{}" } });
        Assert.Equal(
            ["event_type.examples[0] EXAMPLE_INVALID"],
            (await RpcErrors.OfAsync(() => UpdateAsync(new() { Name = "order.paid", Schema = Schema }, "schema"))).Violations());
        await UpdateAsync(new() { Name = "order.paid", Schema = Schema, Examples = { """{"id":1}""" } }, "schema", "examples");
        Assert.Equal(
            ["event_type.examples[0] EXAMPLE_INVALID"],
            (await RpcErrors.OfAsync(() => UpdateAsync(new() { Name = "order.paid", Examples = { "3" } }, "examples"))).Violations());
    }

    [Fact]
    public async Task Publish_SchemaThatTakesForever_IsRefusedAsTooCostly()
    {
        await CreateAsync(new() { Name = "order.paid", Schema = """{"$defs":{"t":{"allOf":[{"$ref":"#/$defs/t"}]}},"$ref":"#/$defs/t"}""" });
        await EnforceAsync();
        var error = await RpcErrors.OfAsync(() => PublishAsync("{}"));
        Assert.Equal((StatusCode.ResourceExhausted, "SCHEMAS_TOO_COSTLY"), (error.Code, error.Info.Reason));
    }
}
