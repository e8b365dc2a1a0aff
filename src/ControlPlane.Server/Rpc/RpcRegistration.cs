using Grpc.AspNetCore.Server;
using Grpc.Health.V1;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;
using V1 = Grpc.Reflection.V1;
using V1Alpha = Grpc.Reflection.V1Alpha;

namespace ControlPlane.Server.Rpc;

/// <summary>Registers gRPC with the standard health and reflection services.</summary>
internal static class RpcRegistration
{
    /// <summary>Adds gRPC, the health state and the catalogue that reflection answers from.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="described">The services to report and describe besides health and reflection themselves.</param>
    /// <returns>To configure gRPC further, such as with interceptors.</returns>
    public static IGrpcServerBuilder AddRpc(this IServiceCollection services, params IEnumerable<ServiceDescriptor> described)
    {
        services.AddSingleton<HealthState>();
        services.AddSingleton(new DescriptorCatalog(
            [.. described, Health.Descriptor, V1.ServerReflection.Descriptor, V1Alpha.ServerReflection.Descriptor]));
        services.AddSingleton<ReflectionResponder>();
        services.AddHostedService<HealthLifetime>();
        return services.AddGrpc();
    }

    /// <summary>Maps the health and reflection services.</summary>
    /// <param name="endpoints">Where to.</param>
    public static IEndpointRouteBuilder MapRpc(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<HealthGrpcService>();
        endpoints.MapGrpcService<ReflectionGrpcService>();
        endpoints.MapGrpcService<ReflectionV1AlphaGrpcService>();
        return endpoints;
    }
}
