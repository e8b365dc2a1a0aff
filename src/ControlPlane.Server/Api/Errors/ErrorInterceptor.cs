using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ControlPlane.Server.Api.Errors;

/// <summary>
/// Ends every failed call with a status that carries details. It is the outermost interceptor, so that it translates the failures
/// of the others too.
/// </summary>
internal sealed class ErrorInterceptor(FailureTranslator failures) : Interceptor
{
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

    private RpcException Translate(Exception failure, ServerCallContext context) =>
        failures.Translate(failure, context.Method, context.Deadline, context.CancellationToken).ToRpcException();
}
