using ControlPlane.Storage;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Hosting;

/// <summary>Listeners, logging and the opened store.</summary>
internal static class HostingRegistration
{
    public static WebApplicationBuilder AddHosting(this WebApplicationBuilder builder, StorageEngine store)
    {
        builder.Logging.ClearProviders();
        // People read lines, collectors read JSON.
        builder.Logging.AddConsole(console =>
            console.FormatterName = Console.IsOutputRedirected ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple);
        builder.Logging.AddSimpleConsole(simple => (simple.SingleLine, simple.TimestampFormat) = (true, "HH:mm:ss.fff "));
        builder.Logging.AddJsonConsole(json => (json.UseUtcTimestamp, json.TimestampFormat) = (true, "O"));
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);

        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddOptions<ListenOptions>().Bind(builder.Configuration.GetSection(ListenOptions.Section)).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ListenOptions>, ListenOptionsValidator>();
        builder.Services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelSetup>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(45));

        var clock = TimeProvider.System;
        var ids = new IdSource(clock);
        builder.Services
            .AddSingleton(clock)
            .AddSingleton(ids)
            .AddSingleton(new NodeIdentity(ids.Next("node_"), clock.GetStoreNow()))
            .AddSingleton(store)
            .AddSingleton(store.Events)
            .AddSingleton(store.Queue)
            .AddSingleton(store.Deliveries)
            .AddSingleton(store.Redrives)
            .AddSingleton(store.Webhooks)
            .AddSingleton(store.EventTypes)
            .AddSingleton(store.Access)
            .AddSingleton(store.Changes)
            .AddSingleton(store.Maintenance);
        return builder;
    }
}
