using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ControlPlane.Server.Api.Hardening;

/// <summary>
/// Finds a service's methods like the library's own provider, but reads their requests so that bytes which are no message end as
/// INVALID_ARGUMENT. The library reads a request before any interceptor runs and takes a failure for one of the server: UNKNOWN
/// without details, and an error in the log that anybody could fill it with.
/// </summary>
internal sealed class CheckedMethodProvider<TService> : IServiceMethodProvider<TService>
    where TService : class
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context)
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } bind)
            {
                var method = bind.BindType.GetMethod(bind.BindMethodName, [typeof(ServiceBinderBase), type])
                    ?? throw new InvalidOperationException($"{bind.BindType} has no method {bind.BindMethodName} for {type}.");
                method.Invoke(null, [new CheckedMethodBinder<TService>(context), null]);
                return;
            }
        }

        throw new InvalidOperationException($"{typeof(TService)} is not a gRPC service.");
    }
}

/// <summary>Registers <see cref="CheckedMethodProvider{TService}"/>.</summary>
internal static class CheckedMethodRegistration
{
    /// <summary>Ends calls whose request is no message with INVALID_ARGUMENT.</summary>
    public static IGrpcServerBuilder RefuseMalformedMessages(this IGrpcServerBuilder grpc)
    {
        grpc.Services.RemoveAll(typeof(IServiceMethodProvider<>));
        grpc.Services.AddSingleton(typeof(IServiceMethodProvider<>), typeof(CheckedMethodProvider<>));
        return grpc;
    }
}
