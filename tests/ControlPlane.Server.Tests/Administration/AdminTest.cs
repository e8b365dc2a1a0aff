using ControlPlane.Server.Access;
using ControlPlane.Server.Administration;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Maintenance;
using ControlPlane.Storage;
using ControlPlane.Storage.Memory;
using ControlPlane.Testing;
using ControlPlane.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Administration;

/// <summary>A server with AdminService for each test, and the tenants <c>acme</c> and <c>other</c>.</summary>
public abstract class AdminTest : IAsyncLifetime
{
    private protected const string BootstrapKey = "cpk_bootstrap-key-of-the-test-server-0001";
    private readonly string _folder = Directory.CreateTempSubdirectory("controlplane-").FullName;
    private TestServer? _server;

    private protected TestClock Clock { get; } = new();

    private protected FakeAccessStore Store { get; } = new();

    private protected FakeOrphans Orphans { get; } = new();

    private protected FakeTenantConfigs Configs { get; } = new();

    private protected FakeMaintenance Maintenance { get; } = new();

    private protected StringWriter Output { get; } = new();

    private protected TestServer Server => _server ?? throw new InvalidOperationException("The server has not started.");

    private protected AdminService.AdminServiceClient Platform => ClientOf(BootstrapKey);

    private protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(Add, Map);
        foreach (var tenant in (string[])["acme", "other"])
        {
            await Platform.CreateTenantAsync(new() { Tenant = new() { Id = tenant } }, cancellationToken: Cancelled);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Output.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected AdminService.AdminServiceClient ClientOf(string? key) => new(Server.As(key));

    private protected async Task<CreateApiKeyResponse> CreateKeyAsync(
        string? tenant, TimeSpan? lifetime = null, params string[] scopes) => await Platform.CreateApiKeyAsync(
            new()
            {
                ApiKey = new()
                {
                    TenantId = tenant ?? "",
                    Platform = tenant is null,
                    Scopes = { scopes.Length > 0 ? scopes : ["admin"] },
                    ExpireTime = AdminMapper.ToTimestamp(Clock.GetUtcNow() + lifetime),
                },
            },
            cancellationToken: Cancelled);

    private protected virtual void Map(WebApplication app) => app.MapGrpcService<AdminGrpcService>();

    private protected virtual void Add(WebApplicationBuilder builder)
    {
        builder.Configuration.AddInMemoryCollection([new("ControlPlane:Access:BootstrapKey", BootstrapKey)]);
        builder.Services
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<IAccessStore>(Store)
            .AddSingleton<IDeliveryStore>(Orphans)
            .AddSingleton<IWebhookStore>(Configs)
            .AddSingleton<WebhookCatalog>()
            .AddSingleton<IdSource>()
            .AddSingleton(new NodeIdentity("node_test", Clock.GetUtcNow()))
            .AddSingleton(Engine())
            .AddSingleton<ISignals>(new FakeSignals())
            .AddSingleton(new OperatorOutput(Output))
            .AddSingleton(new EngineCapabilities { Backup = Maintenance, Integrity = Maintenance })
            .AddSingleton(new BackupPlace(Path.Combine(_folder, "backups")))
            .AddSingleton<StoreBackups>()
            .AddSingleton<StoreChecks>()
            .AddAccess(builder.Configuration).AddAdministration(builder.Configuration);
    }

    private StorageEngine Engine() => new()
    {
        Provider = "memory",
        StoreId = "0123456789abcdef",
        EventTypes = null!,
        Access = Store,
        Audit = new MemoryStorage(Clock).Open().Audit,
        Deliveries = Orphans,
        Webhooks = Configs,
        Events = null!,
        Queue = null!,
        Stats = null!,
        Redrives = null!,
        Replays = null!,
        Erasures = null!,
        Changes = null!,
        Signals = null!,
        Maintenance = null!,
        Ownership = new MemoryStorage(Clock).Open().Ownership,
        Close = () => ValueTask.CompletedTask,
    };
}
