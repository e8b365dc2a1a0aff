using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace ControlPlane.Server.Api.Hardening;

/// <summary>Takes the methods of a service from its generated code and hands them to the library with a checked request.</summary>
internal sealed class CheckedMethodBinder<TService>(ServiceMethodProviderContext<TService> context) : ServiceBinderBase
    where TService : class
{
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var (invoker, metadata) = Find<UnaryServerMethod<TService, TRequest, TResponse>>(
            method, typeof(TRequest), typeof(ServerCallContext));
        context.AddUnaryMethod(Checked(method), metadata, invoker);
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var (invoker, metadata) = Find<ClientStreamingServerMethod<TService, TRequest, TResponse>>(
            method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
        context.AddClientStreamingMethod(Checked(method), metadata, invoker);
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var (invoker, metadata) = Find<ServerStreamingServerMethod<TService, TRequest, TResponse>>(
            method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        context.AddServerStreamingMethod(Checked(method), metadata, invoker);
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var (invoker, metadata) = Find<DuplexStreamingServerMethod<TService, TRequest, TResponse>>(
            method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        context.AddDuplexStreamingMethod(Checked(method), metadata, invoker);
    }

    private static (TInvoker Invoker, IList<object> Metadata) Find<TInvoker>(IMethod method, params Type[] parameters)
        where TInvoker : Delegate
    {
        var found = typeof(TService).GetMethod(method.Name, parameters)
            ?? throw new InvalidOperationException($"{typeof(TService)} has no method for {method.FullName}.");
        return (found.CreateDelegate<TInvoker>(),
        [
            .. typeof(TService).GetCustomAttributes(inherit: true),
            .. found.GetCustomAttributes(inherit: true),
            new HttpMethodMetadata(["POST"], acceptCorsPreflight: true),
        ]);
    }

    private static Method<TRequest, TResponse> Checked<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class
    {
        var requests = new CheckedRequests<TRequest>(method, method.RequestMarshaller);
        return new(
            method.Type,
            method.ServiceName,
            method.Name,
            new Marshaller<TRequest>(method.RequestMarshaller.ContextualSerializer, requests.Read),
            method.ResponseMarshaller);
    }
}
