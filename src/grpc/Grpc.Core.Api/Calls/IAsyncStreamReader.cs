namespace Grpc.Core;

/// <summary>A stream of received messages. One read at a time.</summary>
/// <typeparam name="T">The message type.</typeparam>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message the last successful <see cref="MoveNext"/> arrived at.</summary>
    T Current { get; }

    /// <summary>Waits for the next message.</summary>
    /// <param name="cancellationToken">Gives up waiting; on a client this cancels the call.</param>
    /// <returns>True with a message in <see cref="Current"/>, false at the end of the stream.</returns>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
