using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ControlPlane.Server.Access;

/// <summary>Checks the caller's credential before every message of a stream, so that a stream ends with the credential that opened it.</summary>
internal sealed class StreamGuard : Interceptor
{
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(request, Guard(responseStream, context), context);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(requestStream, Guard(responseStream, context), context);

    private static IServerStreamWriter<T> Guard<T>(IServerStreamWriter<T> stream, ServerCallContext context) =>
        Admission.Of(context.GetHttpContext()) is { } admission
            ? new GuardedWriter<T>(stream, admission, context.CancellationToken)
            : stream;

    private sealed class GuardedWriter<T>(IServerStreamWriter<T> stream, Admission admission, CancellationToken callEnded)
        : IServerStreamWriter<T>
    {
        public WriteOptions? WriteOptions
        {
            get => stream.WriteOptions;
            set => stream.WriteOptions = value;
        }

        public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

        public async Task WriteAsync(T message, CancellationToken cancellationToken)
        {
            callEnded.ThrowIfCancellationRequested();
            await admission.RecheckAsync(callEnded);
            try
            {
                await stream.WriteAsync(message, cancellationToken);
            }
            catch (InvalidOperationException e) when (callEnded.IsCancellationRequested)
            {
                // The call ended meanwhile, which is said as if the server had written too late.
                throw new OperationCanceledException(e.Message, e, callEnded);
            }
        }
    }
}
