using ControlPlane.Egress;
using ControlPlane.Server.Access;
using ControlPlane.Server.Administration;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Deliveries;
using ControlPlane.Server.Dispatching;
using ControlPlane.Server.Filtering;
using ControlPlane.Server.Hosting;
using ControlPlane.Server.Maintenance;
using ControlPlane.Server.OperationalEvents;
using ControlPlane.Server.Publishing;
using ControlPlane.Server.Recording;
using ControlPlane.Server.Schemas;
using ControlPlane.Server.Sending;
using ControlPlane.Server.Tests.Dispatching;
using ControlPlane.Server.Watching;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;
using ControlPlane.Testing;
using ControlPlane.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Deliveries.Redriving;

/// <summary>
/// A server with DeliveryService over a real store and a hand-moved clock, which can be restarted. Lanes claim what waits for an
/// active webhook, but nothing is sent.
/// </summary>
public abstract class RedriveTest : IAsyncLifetime
{
    private const string BootstrapKey = "cpk_bootstrap-key-of-the-test-server-0001";
    private readonly string _folder = Directory.CreateTempSubdirectory("controlplane-").FullName;
    private readonly TestStore _stored = new();
    private TestServer? _server;
    private StorageEngine? _engine;
    private int _numbers;

    private protected TestClock Clock { get; } = new();

    private protected TestServer Server => _server ?? throw new InvalidOperationException("The server has not started.");

    private protected StorageEngine Engine => _engine ?? throw new InvalidOperationException("The store is not open.");

    private protected DeliveryService.DeliveryServiceClient Deliveries => new(Server.As(BootstrapKey));

    private protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        foreach (var tenant in (string[])["acme", "other"])
        {
            await Engine.Access.CreateTenantAsync(new() { Id = tenant }, Cancelled);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected async Task StartAsync()
    {
        var path = Path.Combine(_folder, "store.db");
        _engine = _stored.Open(Clock);
        _server = await TestServer.StartAsync(
            builder => Add(builder, path),
            app =>
            {
                app.MapGrpcService<DeliveryGrpcService>();
                app.MapGrpcService<AdminGrpcService>();
            });
    }

    private protected async Task StopAsync()
    {
        await Server.DisposeAsync();
        await Engine.DisposeAsync();
    }

    private protected async Task<DeliveryService.DeliveryServiceClient> WithKeyAsync(string? tenant, params string[] scopes)
    {
        var admin = new AdminService.AdminServiceClient(Server.As(BootstrapKey));
        var key = new ApiKey { TenantId = tenant ?? "", Platform = tenant is null, Scopes = { scopes } };
        return new(Server.As((await admin.CreateApiKeyAsync(new() { ApiKey = key }, cancellationToken: Cancelled)).Secret));
    }

    /// <summary>A webhook; nothing is claimed for one that is disabled.</summary>
    private protected async Task<WebhookRecord> AddWebhookAsync(
        string tenant = TenantRecord.DefaultId, Storage.WebhookState state = Storage.WebhookState.Disabled) =>
        (await Engine.Webhooks.CreateAsync(
            new()
            {
                Id = $"wh_{++_numbers}",
                TenantId = tenant,
                Url = "https://hooks.example.com/in",
                EventTypes = ["*"],
                Dialect = "standard",
                State = state,
                Secrets = [],
                CreateTime = Clock.GetStoreNow(),
                UpdateTime = Clock.GetStoreNow(),
            },
            Cancelled)).Webhook!;

    /// <summary>Publishes events of a type and lets their deliveries die.</summary>
    private protected async Task<List<DeliveryRecord>> BuryAsync(WebhookRecord webhook, int count, string type = "order.paid")
    {
        var config = (await Engine.Webhooks.LoadTenantAsync(webhook.TenantId, Cancelled))!;
        var now = Clock.GetStoreNow();
        var appended = Assert.IsType<AppendResult.Appended>(await Engine.Events.AppendAsync(
            new(webhook.TenantId, config.ConfigVersion, [.. Enumerable.Range(0, count).Select(_ => Draft(webhook, type))], "gone", TimeSpan.Zero),
            Cancelled));
        var dead = await Task.WhenAll(appended.Events.Select(e => Engine.Queue.CompleteAsync(
            new(
                e.Deliveries[0],
                new(1, Storage.DeliveryTrigger.Publish, now, TimeSpan.Zero, 500, Storage.FailureKind.HttpStatus, "", "", ""),
                Storage.DeliveryState.Dead, Storage.EndReason.AttemptsExhausted, null),
            Cancelled)));
        return [.. dead.Select(completed => completed!.Delivery)];
    }

    private protected async Task<RedriveDeliveriesResponse> RedriveAsync(RedriveDeliveriesRequest request) =>
        await Deliveries.RedriveDeliveriesAsync(request, cancellationToken: Cancelled);

    private protected async Task<Redrive> GetAsync(string id) =>
        (await Deliveries.GetRedriveAsync(new() { RedriveId = id }, cancellationToken: Cancelled)).Redrive;

    /// <summary>Waits until a redrive is as it should be, moving the clock on if told to.</summary>
    private protected async Task<Redrive> UntilAsync(string id, Func<Redrive, bool> reached, TimeSpan step = default)
    {
        while (true)
        {
            var redrive = await GetAsync(id);
            if (reached(redrive))
            {
                return redrive;
            }

            Clock.Advance(step);
        }
    }

    private NewEvent Draft(WebhookRecord webhook, string type)
    {
        var number = ++_numbers;
        return new(
            new()
            {
                Id = $"evt_{number}",
                TenantId = webhook.TenantId,
                Type = type,
                Payload = "{}"u8.ToArray(),
                CreateTime = Clock.GetStoreNow(),
            },
            [new($"dlv_{number}", webhook.Id, Storage.DeliveryTrigger.Publish, Leased: true)],
            null);
    }

    private void Add(WebApplicationBuilder builder, string path)
    {
        builder.Configuration.AddInMemoryCollection([new("ControlPlane:Access:BootstrapKey", BootstrapKey)]);
        builder.Services
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton(Engine)
            .AddSingleton(Engine.Access)
            .AddSingleton(Engine.Deliveries)
            .AddSingleton(Engine.Redrives)
            .AddSingleton(Engine.Replays)
            .AddSingleton(Engine.Erasures)
            .AddSingleton(Engine.Stats)
            .AddSingleton(Engine.Webhooks)
            .AddSingleton(Engine.Events)
            .AddSingleton(Engine.Queue)
            .AddSingleton(Engine.Changes)
            .AddSingleton(Engine.Signals)
            .AddCatalog()
            .AddMetrics().AddFiltering().AddSchemas().AddOperationalEvents()
            .AddSingleton<IdSource>()
            .AddSingleton(new NodeIdentity("node_test", Clock.GetUtcNow()))
            .AddSecrets(builder.Configuration, path)
            .AddSingleton(Engine.Maintenance)
            .AddSingleton(Engine.Capabilities)
            .AddSingleton(new BackupPlace("backups"))
            .AddSingleton<StoreBackups>()
            .AddSingleton<StoreChecks>()
            .AddAccess(builder.Configuration).AddAdministration(builder.Configuration)
            .AddEgress(builder.Configuration)
            .AddHostedService<OwnListenersWorker>()
            .AddSending(builder.Configuration)
            .AddRecording(builder.Configuration)
            .AddDispatching(builder.Configuration)
            .AddWatching(builder.Configuration)
            .AddPublishing(builder.Configuration)
            .AddDeliveries();
        builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(DispatchWorker)));
        builder.Services.AddHostedService<ClaimingWorker>();
    }
}
