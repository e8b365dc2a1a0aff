using System.Net;

namespace ControlPlane.Testing;

/// <summary>A body that begins and does not end before it is cancelled.</summary>
public sealed class StalledContent(byte[] beginning) : HttpContent
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the beginning is on its way.</summary>
    public Task Begun => _begun.Task;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(beginning, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        _begun.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
