using ControlPlane.Egress;
using ControlPlane.Server.Access;
using ControlPlane.Server.Administration;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Deliveries;
using ControlPlane.Server.Dispatching;
using ControlPlane.Server.EventTypes;
using ControlPlane.Server.Filtering;
using ControlPlane.Server.Hosting;
using ControlPlane.Server.Maintenance;
using ControlPlane.Server.OperationalEvents;
using ControlPlane.Server.Publishing;
using ControlPlane.Server.Recording;
using ControlPlane.Server.Schemas;
using ControlPlane.Server.Sending;
using ControlPlane.Server.Watching;
using ControlPlane.Server.Webhooks;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;
using ControlPlane.Testing;
using ControlPlane.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Webhooks;

/// <summary>
/// A server with WebhookService over a real store for each test, and the tenants <c>default</c>, <c>acme</c> and <c>other</c>.
/// </summary>
public abstract class WebhookTest : IAsyncLifetime
{
    private const string BootstrapKey = "cpk_bootstrap-key-of-the-test-server-0001";
    private readonly string _folder = Directory.CreateTempSubdirectory("controlplane-").FullName;
    private TestServer? _server;
    private StorageEngine? _engine;

    private protected TestClock Clock { get; } = new();

    private protected TestServer Server => _server ?? throw new InvalidOperationException("The server has not started.");

    private protected StorageEngine Engine => _engine ?? throw new InvalidOperationException("The store is not open.");

    private protected RacingWebhookStore Store { get; private set; } = null!;

    private protected WebhookService.WebhookServiceClient Webhooks => new(Server.As(BootstrapKey));

    private protected EventService.EventServiceClient Events => new(Server.As(BootstrapKey));

    private protected DeliveryService.DeliveryServiceClient Deliveries => new(Server.As(BootstrapKey));

    private protected AdminService.AdminServiceClient Admin => new(Server.As(BootstrapKey));

    private protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var path = Path.Combine(_folder, "store.db");
        _engine = new TestStore().Open(Clock);
        Store = new(_engine.Webhooks);
        _server = await TestServer.StartAsync(
            builder => Add(builder, path),
            app =>
            {
                app.MapGrpcService<WebhookGrpcService>();
                app.MapGrpcService<EventGrpcService>();
                app.MapGrpcService<DeliveryGrpcService>();
                app.MapGrpcService<AdminGrpcService>();
            });
        foreach (var tenant in (string[])["acme", "other"])
        {
            await _engine.Access.CreateTenantAsync(new() { Id = tenant }, Cancelled);
        }

        // Held from the start, so that a change that is not applied to it shows.
        await InCatalogAsync(new() { TenantId = TenantRecord.DefaultId });
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Engine.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected async Task<WebhookService.WebhookServiceClient> OfTenantAsync(string tenant)
    {
        var admin = new AdminService.AdminServiceClient(Server.As(BootstrapKey));
        var key = await admin.CreateApiKeyAsync(
            new() { ApiKey = new() { TenantId = tenant, Scopes = { "webhooks.read", "webhooks.write" } } }, cancellationToken: Cancelled);
        return new(Server.As(key.Secret));
    }

    private protected async Task<Webhook> CreateAsync(Action<Webhook>? change = null) =>
        (await Webhooks.CreateWebhookAsync(new() { Webhook = Sample.Webhook(change) }, cancellationToken: Cancelled)).Webhook;

    private protected async Task<Webhook> GetAsync(string id) =>
        (await Webhooks.GetWebhookAsync(new() { WebhookId = id }, cancellationToken: Cancelled)).Webhook;

    private protected async Task<Webhook> UpdateAsync(Webhook webhook, params string[] mask) =>
        (await Webhooks.UpdateWebhookAsync(
            new() { Webhook = webhook, UpdateMask = new() { Paths = { mask } } }, cancellationToken: Cancelled)).Webhook;

    private protected async Task<List<Webhook>> ListAllAsync() =>
        [.. (await Webhooks.ListWebhooksAsync(new() { TenantId = "-" }, cancellationToken: Cancelled)).Webhooks];

    /// <summary>The webhook as publishes see it: in a picture of the tenant that is older than the webhook.</summary>
    private protected async Task<WebhookRecord?> InCatalogAsync(Webhook webhook) =>
        await Server.Services.GetRequiredService<WebhookCatalog>().FindAsync(webhook.TenantId, webhook.Id, Cancelled);

    private void Add(WebApplicationBuilder builder, string path)
    {
        builder.Configuration.AddInMemoryCollection([new("ControlPlane:Access:BootstrapKey", BootstrapKey)]);
        builder.Services
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton(Engine)
            .AddSingleton(Engine.EventTypes)
            .AddSingleton(Engine.Access)
            .AddSingleton(Engine.Deliveries)
            .AddSingleton<IWebhookStore>(Store)
            .AddCatalog()
            .AddMetrics().AddFiltering().AddSchemas().AddOperationalEvents()
            .AddSingleton<IdSource>()
            .AddSingleton(new NodeIdentity("node_test", Clock.GetUtcNow()))
            .AddSingleton(Engine.Events)
            .AddSingleton(Engine.Queue)
            .AddSingleton(Engine.Changes)
            .AddSingleton(Engine.Signals)
            .AddSingleton(Engine.Maintenance)
            .AddSingleton(Engine.Capabilities)
            .AddSingleton(new BackupPlace("backups"))
            .AddSingleton<StoreBackups>()
            .AddSingleton<StoreChecks>()
            .AddAccess(builder.Configuration).AddAdministration(builder.Configuration)
            .AddEgress(builder.Configuration)
            .AddHostedService<OwnListenersWorker>()
            .AddPublishing(builder.Configuration)
            .AddSending(builder.Configuration)
            .AddRecording(builder.Configuration)
            .AddDispatching(builder.Configuration)
            .AddSingleton(Engine.Redrives)
            .AddSingleton(Engine.Replays)
            .AddSingleton(Engine.Erasures)
            .AddSingleton(Engine.Stats)
            .AddWatching(builder.Configuration)
            .AddDeliveries()
            .AddSingleton(Sample.Urls)
            .AddSecrets(builder.Configuration, path)
            .AddEventTypes()
            .AddWebhooks();
        Configure(builder);
    }

    /// <summary>Adds to what the server under test is made of.</summary>
    private protected virtual void Configure(WebApplicationBuilder builder) { }
}
