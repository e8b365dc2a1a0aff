using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ControlPlane.Client;

/// <summary>Puts the key on every call, a deadline on those that answer once, and what makes a repeat safe on publishes.</summary>
internal sealed class CallDefaults(ClientOptions options) : Interceptor
{
    private readonly string? _authorization = options.Key.Length > 0 ? $"Bearer {options.Key}" : null;
    private readonly TimeSpan? _timeout = options.Timeout;
    private readonly TimeProvider _time = options.TimeProvider;
    private readonly bool _repeats = options.MaxAttempts > 1;

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Repeatable(request), WithDeadline(context));

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, BlockingUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Repeatable(request), WithDeadline(context));

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, WithKey(context));

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(WithKey(context));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(WithKey(context));

    private TRequest Repeatable<TRequest>(TRequest request)
        where TRequest : class => _repeats ? Retries.Repeatable(request) : request;

    private ClientInterceptorContext<TRequest, TResponse> WithDeadline<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class
        where TResponse : class
    {
        var keyed = WithKey(context);
        return _timeout is { } timeout && context.Options.Deadline is null
            ? new(keyed.Method, keyed.Host, keyed.Options.WithDeadline(Deadline(timeout)))
            : keyed;
    }

    private ClientInterceptorContext<TRequest, TResponse> WithKey<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class
        where TResponse : class
    {
        if (_authorization is null)
        {
            return context;
        }

        // A copy: the caller may use its own for other calls.
        var headers = new Metadata();
        foreach (var entry in context.Options.Headers ?? [])
        {
            headers.Add(entry);
        }

        headers.Add("authorization", _authorization);
        return new(context.Method, context.Host, context.Options.WithHeaders(headers));
    }

    private DateTime Deadline(TimeSpan timeout)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return timeout < DateTime.MaxValue - now ? now + timeout : DateTime.MaxValue;
    }
}
