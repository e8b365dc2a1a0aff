using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http.Features;

namespace ControlPlane.Server.Api.Standard;

/// <summary>
/// Ends the streams of the reflection service, which is the package's and knows of no end but the client's: when the server shuts
/// down they are reset, and one that its client resets is no failure.
/// </summary>
internal sealed class ReflectionStreams(IHostApplicationLifetime lifetime) : Interceptor
{
    // RFC 9113, 7. A gRPC client reports it as CANCELLED.
    private const int Http2Cancel = 0x8;

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        // Not ended well: while the client's half is open, an orderly end races with the closing of the connection, and now and
        // then leaves it open for as long as the server is allowed to stop.
        var stream = context.GetHttpContext().Features.GetRequiredFeature<IHttpResetFeature>();
        await using var stop = lifetime.ApplicationStopping.Register(() => stream.Reset(Http2Cancel));
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (InvalidOperationException) when (context.CancellationToken.IsCancellationRequested)
        {
            // The package reads on after the end of the call, because it reads without the call's token.
            throw new OperationCanceledException(context.CancellationToken);
        }
    }
}
