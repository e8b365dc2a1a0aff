using ControlPlane.Egress;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Policy;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Egress.Trust;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Dispatching;
using ControlPlane.Server.Filtering;
using ControlPlane.Server.OperationalEvents;
using ControlPlane.Server.Publishing;
using ControlPlane.Server.Recording;
using ControlPlane.Server.Schemas;
using ControlPlane.Server.Sending;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Server.Tests;

/// <summary>
/// The rooms from publish to record as the server composes them, over a real store and real connections. A test that provokes
/// errors says so by <see cref="ExpectErrors"/>; in all others an error in the log is a failure.
/// </summary>
internal sealed class PipelineHarness : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IHostedService[] _workers;
    private bool _stopped;
    private bool _expectErrors;

    private PipelineHarness(ServiceProvider services)
    {
        _services = services;
        _workers = [.. services.GetServices<IHostedService>().Where(worker => worker is DispatchWorker or LaneUpdates or CatalogUpdates)];
    }

    public LogCapture Log => Get<LogCapture>();

    public StorageEngine Store => Get<StorageEngine>();

    public WebhookCatalog Catalog => Get<WebhookCatalog>();

    public DeliveryQueueSeam Queue => Get<DeliveryQueueSeam>();

    public WebhookStoreSeam Webhooks => Get<WebhookStoreSeam>();

    /// <param name="store">The store, which the harness closes.</param>
    /// <param name="clock">The clock of everything but certificates.</param>
    /// <param name="trusted">The PEM file of trusted roots.</param>
    /// <param name="settings">Settings below <c>ControlPlane:</c>.</param>
    public static PipelineHarness Create(StorageEngine store, TimeProvider clock, string trusted, params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ControlPlane:Egress:AllowedNetworks"] = "127.0.0.0/8",
                ["ControlPlane:Egress:TrustedCertificates"] = trusted,
                ["ControlPlane:Secrets:MasterKey"] = Convert.ToBase64String(new byte[32]),
            })
            .AddInMemoryCollection(settings.ToDictionary(s => $"ControlPlane:{s.Key}", string? (s) => s.Value))
            .Build();
        var ids = new IdSource(clock);
        var log = new LogCapture();
        var services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(log))
            .AddSingleton(log)
            .AddSingleton<IHostApplicationLifetime, FakeLifetime>()
            .AddSingleton(clock)
            .AddSingleton(ids)
            .AddSingleton(new NodeIdentity(ids.Next("node_"), clock.GetStoreNow()))
            .AddSingleton(store)
            .AddSingleton(store.Events)
            .AddSingleton(new DeliveryQueueSeam(store.Queue))
            .AddSingleton<IDeliveryQueue>(provider => provider.GetRequiredService<DeliveryQueueSeam>())
            .AddSingleton(store.Deliveries)
            .AddSingleton(new WebhookStoreSeam(store.Webhooks))
            .AddSingleton<IWebhookStore>(provider => provider.GetRequiredService<WebhookStoreSeam>())
            .AddSingleton(store.Changes)
            .AddSingleton(store.EventTypes)
            .AddSingleton(store.Signals)
            .AddSingleton<INameResolver>(new FakeResolver("127.0.0.1"))
            .AddSecrets(configuration, storagePath: null)
            .AddEgress(configuration)
            .AddCatalog()
            .AddMetrics()
            .AddFiltering()
            .AddSchemas()
            .AddOperationalEvents()
            .AddPublishing(configuration)
            .AddSending(configuration)
            .AddRecording(configuration)
            .AddDispatching(configuration);
        Assert.True(TrustedCertificates.TryLoad(trusted, out var roots, out var fault), fault);
        services.AddSingleton(new ServerTrust(roots, TimeProvider.System));
        var provider = services.BuildServiceProvider();
        // There is no listener here whose address would have to be refused.
        provider.GetRequiredService<OwnListeners>().Set([]);
        return new PipelineHarness(provider);
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task StartAsync() => Task.WhenAll(_workers.Select(worker => worker.StartAsync(TestContext.Current.CancellationToken)));

    public void ExpectErrors() => _expectErrors = true;

    /// <summary>Stops as the server does, except that the store stays open.</summary>
    public async Task StopAsync()
    {
        _stopped = true;
        foreach (var worker in _workers.Reverse())
        {
            await worker.StopAsync(TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
        {
            await StopAsync();
        }

        await Store.DisposeAsync();
        if (!_expectErrors)
        {
            Assert.Empty(Log.Errors);
        }

        await _services.DisposeAsync();
    }
}
