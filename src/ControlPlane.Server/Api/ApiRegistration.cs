using System.IO.Compression;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Hardening;
using ControlPlane.Server.Api.Standard;
using Grpc.AspNetCore.Server;
using Grpc.Net.Compression;
using Grpc.Reflection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Health = ControlPlane.Server.Api.Standard.Protocol.HealthReflection;
using ReflectionV1 = Grpc.Reflection.V1;
using ReflectionV1Alpha = Grpc.Reflection.V1Alpha;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace ControlPlane.Server.Api;

/// <summary>Registers gRPC with the standard health and reflection services.</summary>
internal static class ApiRegistration
{
    /// <summary>Adds gRPC with error details, health and reflection.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="described">The services to report and describe besides health and reflection themselves.</param>
    /// <returns>To add interceptors; they run inside those that make errors.</returns>
    public static IGrpcServerBuilder AddApi(this IServiceCollection services, params IEnumerable<ServiceDescriptor> described)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddReportedServices(
        [
            .. described, .. Health.Descriptor.Services, ReflectionV1.ServerReflection.Descriptor, ReflectionV1Alpha.ServerReflection.Descriptor,
        ]);
        services.AddErrors();
        services.AddSingleton<CompressionInterceptor>().AddSingleton<UnfinishedBytes>().AddSingleton<UnreadBytes>().AddSingleton<FrameMeter>();
        return services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = MessageLimits.Largest;
            options.ResponseCompressionAlgorithm = "gzip";
            options.ResponseCompressionLevel = CompressionLevel.Fastest;
            options.CompressionProviders =
            [
                new CheckedCompression(new GzipCompressionProvider(CompressionLevel.Fastest)),
                new CheckedCompression(new DeflateCompressionProvider(CompressionLevel.Fastest)),
            ];
            options.Interceptors.Add<CompressionInterceptor>();
            options.Interceptors.Add<ErrorInterceptor>();
        })
            .AddServiceOptions<HealthGrpcService>(BoundOpen)
            .AddServiceOptions<ReflectionV1ServiceImpl>(BoundReflection)
            .AddServiceOptions<ReflectionServiceImpl>(BoundReflection)
            .RefuseMalformedMessages();
    }

    /// <summary>Maps the health and reflection services. The server is reported SERVING while the application runs.</summary>
    /// <param name="endpoints">Where to.</param>
    public static IEndpointRouteBuilder MapStandardServices(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<HealthGrpcService>();
        endpoints.MapGrpcReflectionService();
        var health = endpoints.ServiceProvider.GetRequiredService<HealthState>();
        var lifetime = endpoints.ServiceProvider.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStarted.Register(health.Serve);
        lifetime.ApplicationStopping.Register(health.StopServing);
        return endpoints;
    }

    private static void AddReportedServices(this IServiceCollection services, IReadOnlyList<ServiceDescriptor> reported)
    {
        var names = reported.Select(service => service.FullName).Order(StringComparer.Ordinal).ToArray();
        services.AddSingleton(new HealthState(names));
        services.AddSingleton<HealthGrpcService>();
        // Besides the services, what clients look up by the type of an error's detail. Their own list would lack it.
        var symbols = SymbolRegistry.FromFiles(
            [.. reported.Select(service => service.File), Google.Rpc.StatusReflection.Descriptor, Google.Rpc.ErrorDetailsReflection.Descriptor]);
        services.AddSingleton(new ReflectionV1ServiceImpl(names, symbols));
        services.AddSingleton(new ReflectionServiceImpl(names, symbols));
        services.AddSingleton<ReflectionStreams>();
        services.AddGrpcReflection();
    }

    private static void BoundOpen(GrpcServiceOptions options) => options.MaxReceiveMessageSize = MessageLimits.Open;

    private static void BoundReflection(GrpcServiceOptions options)
    {
        BoundOpen(options);
        options.Interceptors.Add<ReflectionStreams>();
    }
}
