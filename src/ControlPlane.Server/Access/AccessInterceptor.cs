using ControlPlane.Server.Api.Errors;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ControlPlane.Server.Access;

/// <summary>Lets only those in whose API key carries what the method asks for, and tells the services who calls.</summary>
internal sealed class AccessInterceptor(AccessRules rules, ApiKeys keys) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        await AdmitAsync(context);
        return await continuation(request, context);
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await AdmitAsync(context);
        return await continuation(requestStream, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        await continuation(request, Guard(responseStream, await AdmitAsync(context), context), context);

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        await continuation(requestStream, Guard(responseStream, await AdmitAsync(context), context), context);

    /// <summary>Checks the caller; answers the hash of its key, or null if the method needs none.</summary>
    private async ValueTask<ApiKeyHash?> AdmitAsync(ServerCallContext context)
    {
        var rule = rules.Of(context.Method);
        if (rule.Scope is null)
        {
            return null;
        }

        var hash = PresentedKey.Of(context.GetHttpContext());
        var caller = await keys.AuthenticateAsync(hash, context.CancellationToken);
        if (!caller.Scopes.Contains(rule.Scope))
        {
            throw RequestErrors.ScopeMissing(rule.Scope);
        }

        if (rule.PlatformOnly && !caller.IsPlatform)
        {
            throw RequestErrors.PermissionDenied("PLATFORM_KEY_REQUIRED", "Only a platform key can make this call.");
        }

        context.UserState[typeof(Caller)] = caller;
        return hash;
    }

    private IServerStreamWriter<T> Guard<T>(IServerStreamWriter<T> stream, ApiKeyHash? key, ServerCallContext context) =>
        key is { } hash ? new GuardedStreamWriter<T>(stream, keys, hash, context.CancellationToken) : stream;
}
