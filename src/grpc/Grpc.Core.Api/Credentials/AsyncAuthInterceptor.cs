namespace Grpc.Core;

/// <summary>Adds credentials to the headers of a call that is about to start.</summary>
/// <param name="context">The call.</param>
/// <param name="metadata">Its headers; add to them.</param>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);

/// <summary>What an <see cref="AsyncAuthInterceptor"/> may know about the call.</summary>
/// <param name="serviceUrl">The service's address, without the method.</param>
/// <param name="methodName">The method's own name.</param>
/// <param name="cancellationToken">Cancelled with the call.</param>
/// <exception cref="ArgumentNullException">A name is null.</exception>
public class AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
{
    /// <summary>Makes a context without cancellation.</summary>
    /// <param name="serviceUrl">The service's address, without the method.</param>
    /// <param name="methodName">The method's own name.</param>
    public AuthInterceptorContext(string serviceUrl, string methodName)
        : this(serviceUrl, methodName, CancellationToken.None)
    {
    }

    /// <summary>The service's address, without the method: the audience of a token.</summary>
    public string ServiceUrl { get; } = serviceUrl ?? throw new ArgumentNullException(nameof(serviceUrl));

    /// <summary>The method's own name.</summary>
    public string MethodName { get; } = methodName ?? throw new ArgumentNullException(nameof(methodName));

    /// <summary>Cancelled with the call.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}
