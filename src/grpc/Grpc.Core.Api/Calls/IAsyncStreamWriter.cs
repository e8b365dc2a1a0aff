namespace Grpc.Core;

/// <summary>A stream of messages to send. One write at a time.</summary>
/// <typeparam name="T">The message type.</typeparam>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>How the following messages are written; null for the call's own options.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Writes a message. Completes when the next may be written, which is how flow control is felt.</summary>
    /// <param name="message">The message.</param>
    Task WriteAsync(T message);

    /// <summary>Writes a message with a way to give up.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Gives up; the call is then cancelled.</param>
    /// <exception cref="NotSupportedException">The token can be cancelled and this writer cannot honour that.</exception>
    Task WriteAsync(T message, CancellationToken cancellationToken) => cancellationToken.CanBeCanceled
        ? throw new NotSupportedException($"{GetType()} cannot cancel a write.")
        : WriteAsync(message);
}

/// <summary>The responses of a streaming method, written by a service.</summary>
/// <typeparam name="T">The message type.</typeparam>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}

/// <summary>The requests of a streaming call, written by a client.</summary>
/// <typeparam name="T">The message type.</typeparam>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Tells the server that no request follows. Not while a write is under way.</summary>
    Task CompleteAsync();
}
