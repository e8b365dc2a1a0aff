namespace ControlPlane.Egress.Metering;

/// <summary>A connection to a receiver, inside TLS, with a meter on it.</summary>
internal sealed class MeteredStream(Stream inner, IWireMeter meter) : WrappedStream(inner)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        meter.Received(buffer.Span[..count]);
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        meter.Sending(buffer.Span);
        return Inner.WriteAsync(buffer, cancellationToken);
    }
}
