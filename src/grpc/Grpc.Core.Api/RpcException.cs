namespace Grpc.Core;

/// <summary>
/// A call that ended with a status other than OK. Thrown by clients when they receive one, and by service methods to send one.
/// </summary>
public class RpcException : Exception
{
    /// <summary>Makes an exception whose message describes the status.</summary>
    /// <param name="status">The outcome of the call.</param>
    public RpcException(Status status)
        : this(status, Metadata.Empty, status.ToString())
    {
    }

    /// <summary>Makes an exception with a message of its own.</summary>
    /// <param name="status">The outcome of the call.</param>
    /// <param name="message">The exception message; it does not travel.</param>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>Makes an exception that carries trailers.</summary>
    /// <param name="status">The outcome of the call.</param>
    /// <param name="trailers">Metadata that accompanies the status, such as error details.</param>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>Makes an exception that carries trailers and a message of its own.</summary>
    /// <param name="status">The outcome of the call.</param>
    /// <param name="trailers">Metadata that accompanies the status, such as error details.</param>
    /// <param name="message">The exception message; it does not travel.</param>
    /// <exception cref="ArgumentNullException"><paramref name="trailers"/> is null.</exception>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>The outcome of the call.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>
    /// The trailers: received with the status on a client, to be sent with it on a server. Read-only and empty when none were
    /// given.
    /// </summary>
    public Metadata Trailers { get; }
}
