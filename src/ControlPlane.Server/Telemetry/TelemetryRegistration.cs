using ControlPlane.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ControlPlane.Server.Telemetry;

/// <summary>What the server tells of its work, and to whom.</summary>
internal static class TelemetryRegistration
{
    /// <summary>The server's own meters, and those of the runtime and the framework that say something of it.</summary>
    private static readonly string[] Meters =
        [ServerMetrics.Name, StorageMetrics.Name, "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>Makes the instruments available to a room. Costs nearly nothing while nobody listens to them.</summary>
    public static IServiceCollection AddServerMetrics(this IServiceCollection services)
    {
        services.AddMetrics().TryAddSingleton<ServerMetrics>();
        return services;
    }

    /// <summary>Registers what reads the instruments.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The section <c>ControlPlane:Telemetry</c>.</param>
    /// <param name="onLoopback">Whether the HTTP listener is on a loopback address.</param>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfigurationSection configuration, bool onLoopback)
    {
        services.AddRoomOptions<TelemetryOptions>(configuration);
        services.AddSingleton<IValidateOptions<TelemetryOptions>, TelemetryOptionsValidator>();
        var options = configuration.Get<TelemetryOptions>() ?? new();
        var (scraped, sent) = (options.Prometheus ?? onLoopback, !string.IsNullOrEmpty(options.Otlp.Resolve()));
        if (!scraped && !sent)
        {
            return services;
        }

        var telemetry = services.AddServerMetrics().AddOpenTelemetry().ConfigureResource(Describe).WithMetrics(metrics =>
        {
            metrics.AddMeter(Meters);
            if (scraped)
            {
                services.AddSingleton<ScrapeEndpoint>();
                metrics.AddPrometheusExporter();
            }

            if (sent)
            {
                services.AddHostedService<LastExport>();
                metrics.AddOtlpExporter(exporter => Address(exporter, options.Otlp, "v1/metrics"));
            }
        });
        if (sent && options.Traces.SamplingRatio is { } ratio)
        {
            telemetry.WithTracing(traces => traces
                .AddSource(TraceSpan.Source)
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(ratio)))
                .AddOtlpExporter(exporter => Address(exporter, options.Otlp, "v1/traces")));
        }

        return services;
    }

    /// <summary>Maps <c>/metrics</c> where it is on.</summary>
    public static void MapTelemetry(this IEndpointRouteBuilder endpoints)
    {
        if (endpoints.ServiceProvider.GetService<ScrapeEndpoint>() is not null)
        {
            endpoints.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(HttpListenerOnly.Instance);
        }
    }

    /// <summary>Addresses what is set here; what the environment sets the exporter reads itself. Over plain HTTP each signal has a path.</summary>
    private static void Address(OtlpExporterOptions exporter, OtlpOptions options, string path)
    {
        if (options.Endpoint is { Length: > 0 } endpoint)
        {
            exporter.Endpoint = exporter.Protocol == OtlpExportProtocol.HttpProtobuf
                ? new Uri($"{endpoint.TrimEnd('/')}/{path}")
                : new Uri(endpoint);
        }
    }

    private static void Describe(ResourceBuilder resource) =>
        resource.AddService("controlplane", serviceVersion: typeof(ServerMetrics).Assembly.GetName().Version?.ToString(3));

    /// <summary>Registered exactly if metrics are scraped.</summary>
    private sealed class ScrapeEndpoint;
}
