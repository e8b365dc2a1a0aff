using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ControlPlane.Testing;

/// <summary>What every call of a test carries: the key, a deadline (streams have none) and the test's own token.</summary>
/// <param name="key">The API key; null for none.</param>
internal sealed class CallDefaults(string? key) : Interceptor
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Prepare(context, bounded: true));

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) => continuation(request, Prepare(context, bounded: false));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Prepare(context, bounded: true));

    private ClientInterceptorContext<TRequest, TResponse> Prepare<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, bool bounded)
        where TRequest : class
        where TResponse : class
    {
        var options = context.Options;
        var headers = options.Headers ?? [];
        if (key is not null)
        {
            headers.Add("authorization", $"Bearer {key}");
        }

        options = options.WithHeaders(headers);
        if (bounded)
        {
            options = options.WithDeadline(TimeProvider.System.GetUtcNow().UtcDateTime + Eventually.Limit);
        }

        if (!options.CancellationToken.CanBeCanceled)
        {
            options = options.WithCancellationToken(TestContext.Current.CancellationToken);
        }

        return new(context.Method, context.Host, options);
    }
}
