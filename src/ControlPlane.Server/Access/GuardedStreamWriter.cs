using Grpc.Core;

namespace ControlPlane.Server.Access;

/// <summary>Looks at the caller's key before every message, so that a stream ends with the key that opened it.</summary>
internal sealed class GuardedStreamWriter<T>(
    IServerStreamWriter<T> stream, ApiKeys keys, ApiKeyHash key, CancellationToken callEnded) : IServerStreamWriter<T>
{
    public WriteOptions? WriteOptions
    {
        get => stream.WriteOptions;
        set => stream.WriteOptions = value;
    }

    public async Task WriteAsync(T message)
    {
        await CheckAsync(callEnded);
        await stream.WriteAsync(message);
    }

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        await CheckAsync(cancellationToken);
        await stream.WriteAsync(message, cancellationToken);
    }

    private async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        // Writing to a call that is over would be an InvalidOperationException, which looks like a fault of the server.
        callEnded.ThrowIfCancellationRequested();
        await keys.AuthenticateAsync(key, cancellationToken);
    }
}
