using ControlPlane.Egress.Connecting;
using ControlPlane.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Hosting;

/// <summary>Listeners, logging, the review of settings, and the opened store.</summary>
internal static class HostingRegistration
{
    public static WebApplicationBuilder AddHosting(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        // People read lines, collectors read JSON.
        builder.Logging.AddConsole(console =>
        {
            console.FormatterName = Console.IsOutputRedirected ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple;
            // A log that nobody reads must not hold the server up. How many lines were dropped is said once they flow again.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
        builder.Logging.AddSimpleConsole(simple => (simple.SingleLine, simple.TimestampFormat) = (true, "HH:mm:ss.fff "));
        builder.Logging.AddJsonConsole(json => (json.UseUtcTimestamp, json.TimestampFormat) = (true, "O"));
        builder.Configuration.Sources.Insert(0, LogLevelSettings.Defaults);

        var descriptors = DescriptorLimit.Read();
        var start = new StartPhase();
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level > LogLevel.Debug && (level != LogLevel.Error || start.IsOver));
        builder.Services.AddSingleton<IHostedService>(start);
        builder.Services.AddHostedService(provider => new SettingsReview(
            builder.Configuration,
            OptionTypes(builder.Services),
            provider.GetRequiredService<IOptions<ListenOptions>>(),
            descriptors,
            provider.GetRequiredService<ILogger<SettingsReview>>()));

        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddOptions<ListenOptions>().Bind(builder.Configuration.GetSection(ListenOptions.Section)).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ListenOptions>, ListenOptionsValidator>();
        builder.Services.AddSingleton<ListenerCertificate>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ListenerCertificate>());
        builder.Services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelSetup>();
        builder.Services.AddSingleton<IConnectionListenerFactory, BoundedListeners>();
        builder.Services.AddHostedService<OwnListenersWorker>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(45));

        var clock = TimeProvider.System;
        var ids = new IdSource(clock);
        builder.Services
            .AddSingleton(clock)
            .AddSingleton(descriptors)
            .AddSingleton(new OpenSockets(descriptors.ToReceivers, clock))
            .AddSingleton(ids)
            .AddSingleton(new NodeIdentity(ids.Next("node_"), clock.GetStoreNow()));
        return builder;
    }

    /// <summary>Registers an opened store and its parts.</summary>
    public static IServiceCollection AddStore(this IServiceCollection services, StorageEngine store) => services
            .AddSingleton(store)
            .AddSingleton(store.Events)
            .AddSingleton(store.Queue)
            .AddSingleton(store.Deliveries)
            .AddSingleton(store.Redrives)
            .AddSingleton(store.Replays)
            .AddSingleton(store.Erasures)
            .AddSingleton(store.Stats)
            .AddSingleton(store.Webhooks)
            .AddSingleton(store.EventTypes)
            .AddSingleton(store.Access)
            .AddSingleton(store.Changes)
            .AddSingleton(store.Signals)
            .AddSingleton(store.Maintenance)
            .AddSingleton(store.Ownership)
            .AddSingleton(store.Capabilities);

    /// <summary>The options of every room that validates some, and the store's, which are read before there are services.</summary>
    public static IReadOnlyList<Type> OptionTypes(IServiceCollection services) =>
    [
        typeof(StorageOptions),
        .. services
            .Select(service => service.ServiceType)
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IValidateOptions<>))
            .Select(type => type.GenericTypeArguments[0])
            .Where(type => type.FullName!.StartsWith("ControlPlane.", StringComparison.Ordinal))
            .Distinct(),
    ];
}
