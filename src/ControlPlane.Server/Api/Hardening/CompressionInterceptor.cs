using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ControlPlane.Server.Api.Hardening;

/// <summary>
/// Has lists compressed for clients that accept gzip, and nothing else: the answers of all other methods are small, and packing
/// them would cost a publish more than it saves.
/// </summary>
internal sealed class CompressionInterceptor : Interceptor
{
    private static readonly WriteOptions Plain = new(WriteFlags.NoCompress);

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (!context.Method.AsSpan(context.Method.LastIndexOf('/') + 1).StartsWith("List"))
        {
            context.WriteOptions = Plain;
        }

        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        context.WriteOptions = Plain;
        return continuation(request, responseStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        context.WriteOptions = Plain;
        return continuation(requestStream, responseStream, context);
    }
}
