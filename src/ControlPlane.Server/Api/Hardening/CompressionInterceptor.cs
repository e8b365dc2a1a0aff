using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ControlPlane.Server.Api.Hardening;

/// <summary>
/// Has long lists compressed for clients that accept gzip, and nothing else. The answers of other methods are small, and packing
/// them costs a publish more than it saves. An empty answer must never be compressed: .NET packs nothing into no bytes at all,
/// which other clients refuse to unpack.
/// </summary>
internal sealed class CompressionInterceptor : Interceptor
{
    /// <summary>The serialized size from which a list is compressed.</summary>
    public const int LeastBytes = 1 << 10;

    private static readonly WriteOptions Plain = new(WriteFlags.NoCompress);

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var response = await continuation(request, context);
        if (!IsList(context.Method) || response is not IMessage message || message.CalculateSize() < LeastBytes)
        {
            SendPlain(context);
        }

        return response;
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        SendPlain(context);
        return await continuation(requestStream, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        SendPlain(context);
        return continuation(request, responseStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        SendPlain(context);
        return continuation(requestStream, responseStream, context);
    }

    /// <summary>Answers in JSON have no frames that would say it.</summary>
    private static void SendPlain(ServerCallContext context)
    {
        if (context.GetHttpContext().Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true)
        {
            context.WriteOptions = Plain;
        }
    }

    private static bool IsList(string method) => method.AsSpan(method.LastIndexOf('/') + 1).StartsWith("List");
}
