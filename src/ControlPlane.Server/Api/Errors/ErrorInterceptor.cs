using ControlPlane.Storage;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ControlPlane.Server.Api.Errors;

/// <summary>
/// Ends every failed call with a status that carries details. The outermost interceptor, so that it words the failures of the
/// others too.
/// </summary>
internal sealed class ErrorInterceptor(TimeProvider clock, ILogger<ErrorInterceptor> logger) : Interceptor
{
    private static readonly TimeSpan StorageRetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FullRetryDelay = TimeSpan.FromSeconds(5);
    private readonly LogThrottle _throttle = new(clock);

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Translate(e, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (IOException)
        {
            // What reading from a client throws that has reset its stream, at times before the call's token knows.
            throw RequestErrors.Cancelled().ToRpcException();
        }
        catch (InvalidDataException)
        {
            throw RequestErrors.FramingBroken(context.Method).ToRpcException();
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Translate(e, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Translate(e, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (IOException)
        {
            // What reading from a client throws that has reset its stream, at times before the call's token knows.
            throw RequestErrors.Cancelled().ToRpcException();
        }
        catch (InvalidDataException)
        {
            throw RequestErrors.FramingBroken(context.Method).ToRpcException();
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Translate(e, context);
        }
    }

    private RpcException Translate(Exception failure, ServerCallContext context)
    {
        var request = failure switch
        {
            RequestException told => told,
            OperationCanceledException when context.CancellationToken.IsCancellationRequested =>
                context.Deadline <= clock.GetUtcNow().UtcDateTime ? RequestErrors.DeadlineExceeded() : RequestErrors.Cancelled(),
            StorageUnavailableException outage => StorageUnavailable(outage, context),
            StorageDamagedException => RequestErrors.StorageDamaged(),
            _ => Incident(failure, context),
        };
        return request.ToRpcException();
    }

    private RequestException StorageUnavailable(StorageUnavailableException failure, ServerCallContext context)
    {
        // Thousands of callers can try again all the time, and the log may lie on the same full disk.
        if (_throttle.Count() is { } refused)
        {
            ErrorsLog.StorageUnavailable(logger, failure, context.Method, refused);
        }

        return failure.NoRoom ? RequestErrors.StorageFull(FullRetryDelay) : RequestErrors.Unavailable(
            "STORAGE_UNAVAILABLE", "The store cannot take the request now; nothing was stored. Try again.", StorageRetryDelay);
    }

    private RequestException Incident(Exception failure, ServerCallContext context)
    {
        var id = Guid.NewGuid().ToString("N");
        ErrorsLog.Incident(logger, failure, context.Method, id);
        return RequestErrors.Internal(id);
    }
}
