using System.Net;

namespace ControlPlane.Server.Sending;

/// <summary>The body of a request; it knows whether there was ever a connection to send it over.</summary>
internal sealed class PayloadContent(ReadOnlyMemory<byte> body) : HttpContent
{
    /// <summary>The handler writes the body as soon as it has a connection.</summary>
    public bool HasConnection { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        HasConnection = true;
        await stream.WriteAsync(body, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
