namespace Grpc.Core.Interceptors;

/// <summary>The call a client interceptor sees. Passing a changed one on changes the call.</summary>
/// <typeparam name="TRequest">The request message.</typeparam>
/// <typeparam name="TResponse">The response message.</typeparam>
/// <param name="method">The method.</param>
/// <param name="host">The authority to send; null for the channel's.</param>
/// <param name="options">What the caller wants of the call.</param>
public readonly struct ClientInterceptorContext<TRequest, TResponse>(
    Method<TRequest, TResponse> method, string? host, CallOptions options)
    where TRequest : class
    where TResponse : class
{
    /// <summary>The method.</summary>
    public Method<TRequest, TResponse> Method { get; } = method;

    /// <summary>The authority to send; null for the channel's.</summary>
    public string? Host { get; } = host;

    /// <summary>What the caller wants of the call.</summary>
    public CallOptions Options { get; } = options;
}
