namespace Grpc.Core;

/// <summary>The four shapes of a call.</summary>
public enum MethodType
{
    /// <summary>One request, one response.</summary>
    Unary,

    /// <summary>A stream of requests, one response.</summary>
    ClientStreaming,

    /// <summary>One request, a stream of responses.</summary>
    ServerStreaming,

    /// <summary>A stream of requests and, independently, a stream of responses.</summary>
    DuplexStreaming,
}

/// <summary>A method whatever its message types.</summary>
public interface IMethod
{
    /// <summary>The shape of the call.</summary>
    MethodType Type { get; }

    /// <summary>The service's full name, such as <c>package.Service</c>.</summary>
    string ServiceName { get; }

    /// <summary>The method's own name.</summary>
    string Name { get; }

    /// <summary>The request path, <c>/package.Service/Method</c>.</summary>
    string FullName { get; }
}

/// <summary>A method: its name, its shape and how its messages are written and read.</summary>
/// <typeparam name="TRequest">The request message.</typeparam>
/// <typeparam name="TResponse">The response message.</typeparam>
/// <param name="type">The shape of the call.</param>
/// <param name="serviceName">The service's full name.</param>
/// <param name="name">The method's own name.</param>
/// <param name="requestMarshaller">Writes and reads requests.</param>
/// <param name="responseMarshaller">Writes and reads responses.</param>
/// <exception cref="ArgumentNullException">A name or a marshaller is null.</exception>
public class Method<TRequest, TResponse>(
    MethodType type,
    string serviceName,
    string name,
    Marshaller<TRequest> requestMarshaller,
    Marshaller<TResponse> responseMarshaller) : IMethod
{
    /// <inheritdoc/>
    public MethodType Type { get; } = type;

    /// <inheritdoc/>
    public string ServiceName { get; } = serviceName ?? throw new ArgumentNullException(nameof(serviceName));

    /// <inheritdoc/>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Writes and reads requests.</summary>
    public Marshaller<TRequest> RequestMarshaller { get; } =
        requestMarshaller ?? throw new ArgumentNullException(nameof(requestMarshaller));

    /// <summary>Writes and reads responses.</summary>
    public Marshaller<TResponse> ResponseMarshaller { get; } =
        responseMarshaller ?? throw new ArgumentNullException(nameof(responseMarshaller));

    /// <inheritdoc/>
    public string FullName { get; } = $"/{serviceName}/{name}";
}
