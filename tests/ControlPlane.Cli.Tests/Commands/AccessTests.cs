using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Health.V1;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class AccessTests : HookctlTest
{
    [Fact]
    public async Task Tenants_EveryCommand_SendsWhatItsFlagsSay()
    {
        Server.Answer<CreateTenantRequest>(r => new CreateTenantResponse { Tenant = r.Tenant });
        Server.Answer<GetTenantRequest>(r => new GetTenantResponse { Tenant = new Tenant { Id = r.TenantId } });
        Server.Answer<UpdateTenantRequest>(r => new UpdateTenantResponse { Tenant = r.Tenant });

        (await RunAsync("tenants create --id acme --name Acme --label plan=gold")).Succeeded();
        (await RunAsync("tenants get acme")).Succeeded();
        (await RunAsync("tenants get --tenant other")).Succeeded();
        (await RunAsync("tenants update acme --name New --etag e")).Succeeded();
        (await RunAsync("tenants update acme --clear-labels")).Succeeded();
        (await RunAsync("tenants list --all")).Succeeded();
        (await RunAsync("tenants delete acme --force --etag e")).Succeeded();

        Assert.Equal(
            [
                new CreateTenantRequest { Tenant = new Tenant { Id = "acme", Name = "Acme", Labels = { ["plan"] = "gold" } } },
                new GetTenantRequest { TenantId = "acme" },
                new GetTenantRequest { TenantId = "other" },
                new UpdateTenantRequest
                {
                    Tenant = new Tenant { Id = "acme", Name = "New", Etag = "e" }, UpdateMask = new FieldMask { Paths = { "name" } },
                },
                new UpdateTenantRequest { Tenant = new Tenant { Id = "acme" }, UpdateMask = new FieldMask { Paths = { "labels" } } },
                new ListTenantsRequest { PageSize = 1000 },
                new DeleteTenantRequest { TenantId = "acme", Force = true, Etag = "e" },
            ],
            Server.Requests);
    }

    [Fact]
    public async Task Admin_Backup_TellsProgressAndTheFile()
    {
        Server.Answer<BackupStoreRequest>(r => new BackupStoreResponse
        {
            Backup = new() { Name = r.Name, Path = "/data/backups/" + r.Name, SizeBytes = 1_200_000, Revision = 77 },
        });

        var text = (await RunAsync("admin backup --name monday.db")).Succeeded();
        var json = (await RunAsync("admin backup --json")).Succeeded();

        Assert.Equal([new BackupStoreRequest { Name = "monday.db" }, new BackupStoreRequest()], Server.Requests);
        Assert.Contains("/data/backups/monday.db", text.Output, StringComparison.Ordinal);
        Assert.Contains("1,200,000 bytes", text.Output, StringComparison.Ordinal);
        Assert.Contains("0 bytes of about 1,234,567 bytes", text.Error, StringComparison.Ordinal);
        Assert.Contains("\"revision\": \"77\"", json.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Admin_Audit_SendsWhatItsFlagsSayAndShowsWhoChangedWhat()
    {
        Server.Answer<ListAuditEventsRequest>(_ => new ListAuditEventsResponse
        {
            AuditEvents =
            {
                new AuditEvent
                {
                    TenantId = "acme", Method = "UpdateWebhook", Door = "json", PeerAddress = "192.0.2.1", Action = AuditAction.Updated,
                    Actor = new() { Type = AuditActorType.ApiKey, Id = "key_1", Name = "ops" }, ResourceType = "webhook", ResourceId = "wh_1",
                    Changes = { new AuditChange { Field = "enabled", OldValue = "true", NewValue = "false" }, new AuditChange { Field = "secrets" } },
                },
                new AuditEvent { Actor = new() { Type = AuditActorType.Server }, Action = AuditAction.Suspended, ResourceType = "webhook", ResourceId = "wh_2" },
            },
        });

        var shown = (await RunAsync("admin audit --tenant acme --actor key_1 --resource-type webhook --resource wh_1 --method UpdateWebhook")).Succeeded();

        Assert.Equal(
            [
                new ListAuditEventsRequest
                {
                    TenantId = "acme", PageSize = 50, ActorId = "key_1", ResourceType = "webhook", ResourceId = "wh_1", Method = "UpdateWebhook",
                },
            ],
            Server.Requests);
        Assert.All(
            ["key_1 (ops)", "UpdateWebhook", "webhook wh_1", "enabled true -> false, secrets", "server", "suspended", "platform"],
            text => Assert.Contains(text, shown.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Admin_Check_FailsIfAnythingIsWrong()
    {
        (await RunAsync("admin check")).Succeeded();
        Server.Answer<CheckStoreRequest>(_ => new CheckStoreResponse { Problems = { "row 5 missing from index" } });

        var damaged = await RunAsync("admin check");

        Assert.Equal(1, damaged.ExitCode);
        Assert.Contains("row 5 missing from index", damaged.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_EveryCommand_SendsWhatItsFlagsSay()
    {
        Time.Now = DateTimeOffset.UnixEpoch.AddYears(80);
        Variables["HOOKCTL_TENANT"] = "acme";
        Server.Answer<CreateApiKeyRequest>(r => new CreateApiKeyResponse { ApiKey = r.ApiKey, Secret = "cpk_new" });
        Server.Answer<RevokeApiKeyRequest>(r => new RevokeApiKeyResponse { ApiKey = new ApiKey { Id = r.ApiKeyId } });

        var created = (await RunAsync("keys create --name ci --scope events.publish --scope events.read --expires 30d")).Succeeded();
        (await RunAsync("keys create --platform --scope admin")).Succeeded();
        (await RunAsync("keys list")).Succeeded();
        (await RunAsync("keys revoke key_1")).Succeeded();

        Assert.Contains("cpk_new", created.Output);
        Assert.Equal(
            [
                new CreateApiKeyRequest
                {
                    ApiKey = new ApiKey
                    {
                        TenantId = "acme", Name = "ci", Scopes = { "events.publish", "events.read" },
                        ExpireTime = Timestamp.FromDateTimeOffset(Time.Now.Value.AddDays(30)),
                    },
                },
                new CreateApiKeyRequest { ApiKey = new ApiKey { Platform = true, Scopes = { "admin" } } },
                new ListApiKeysRequest { TenantId = "acme", PageSize = 50 },
                new RevokeApiKeyRequest { ApiKeyId = "key_1" },
            ],
            Server.Requests);
    }

    [Fact]
    public async Task Info_Server_IsShown()
    {
        Server.Answer<GetServerInfoRequest>(_ => new GetServerInfoResponse { Version = "1.2.3", StorageProvider = "sqlite" });

        Assert.Contains("1.2.3", (await RunAsync("info")).Succeeded().Output);
        Assert.Equal("sqlite", (await RunAsync("info --json")).Succeeded().Json<GetServerInfoResponse>().StorageProvider);
    }

    [Theory]
    [InlineData(HealthCheckResponse.Types.ServingStatus.Serving, 0, "SERVING")]
    [InlineData(HealthCheckResponse.Types.ServingStatus.NotServing, 1, "NOT_SERVING")]
    public async Task Health_Server_IsSaidByTheExitCode(HealthCheckResponse.Types.ServingStatus status, int exitCode, string said)
    {
        Server.Answer<HealthCheckRequest>(_ => new HealthCheckResponse { Status = status });

        var run = await RunAsync("health");

        Assert.Equal((exitCode, said), (run.ExitCode, run.Output.Trim()));
    }
}
