using System.IO.Compression;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Hardening;
using ControlPlane.Server.Api.Standard;
using Grpc.AspNetCore.Server;
using Grpc.Health.V1;
using Grpc.Net.Compression;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ReflectionV1 = Grpc.Reflection.V1;
using ReflectionV1Alpha = Grpc.Reflection.V1Alpha;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace ControlPlane.Server.Api;

/// <summary>Registers gRPC with the standard health and reflection services.</summary>
internal static class ApiRegistration
{
    /// <summary>Adds gRPC with error details, the health state and the catalogue that reflection answers from.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="described">The services to report and describe besides health and reflection themselves.</param>
    /// <returns>To add interceptors; they run inside those that make errors.</returns>
    public static IGrpcServerBuilder AddApi(this IServiceCollection services, params IEnumerable<ServiceDescriptor> described)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<HealthState>();
        services.AddSingleton(new DescriptorCatalog(
            [.. described, Health.Descriptor, ReflectionV1.ServerReflection.Descriptor, ReflectionV1Alpha.ServerReflection.Descriptor],
            Google.Rpc.StatusReflection.Descriptor,
            Google.Rpc.ErrorDetailsReflection.Descriptor));
        services.AddSingleton<ReflectionResponder>();
        services.AddHostedService<HealthLifetime>();
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
            .AddServiceOptions<ReflectionGrpcService>(BoundOpen)
            .AddServiceOptions<ReflectionV1AlphaGrpcService>(BoundOpen)
            .RefuseMalformedMessages();
    }

    /// <summary>Maps the health and reflection services.</summary>
    /// <param name="endpoints">Where to.</param>
    public static IEndpointRouteBuilder MapStandardServices(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<HealthGrpcService>();
        endpoints.MapGrpcService<ReflectionGrpcService>();
        endpoints.MapGrpcService<ReflectionV1AlphaGrpcService>();
        return endpoints;
    }

    private static void BoundOpen(GrpcServiceOptions options) => options.MaxReceiveMessageSize = MessageLimits.Open;
}
