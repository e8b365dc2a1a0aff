using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

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

        Assert.Equal(["a", "acme", "deprecated", "-"], lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["b", "wawp", "-", "-"], lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Tenants_PlanFlags_MakeTheTenantAndTheMask()
    {
        const string Plan =
            "--strict-event-types --max-webhooks 5 --max-publish-rate 2.5 --max-payload-bytes 1000 --disable-feature watch --disable-feature publish";
        Server.Answer<CreateTenantRequest>(r => new CreateTenantResponse { Tenant = r.Tenant });

        var created = (await RunAsync($"tenants create --id acme {Plan}")).Succeeded();
        (await RunAsync($"tenants update acme {Plan}")).Succeeded();
        (await RunAsync("tenants update acme --max-webhooks 0 --strict-event-types false --all-features")).Succeeded();
        Assert.Equal(2, (await RunAsync("tenants update acme --disable-feature watch --all-features")).ExitCode);

        var tenant = new Tenant
        {
            Id = "acme",
            StrictEventTypes = true,
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
                            "strict_event_types", "limits.max_webhooks", "limits.publish_rate_per_second", "limits.max_payload_bytes",
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
