using System.Net;
using System.Runtime.InteropServices;

namespace ControlPlane.Server.Sending;

/// <summary>
/// The body of a request; it knows whether there was ever a connection to send it over. An array's content, because the handler
/// takes any other for one that is written while the answer is read, which costs a packet more.
/// </summary>
internal sealed class PayloadContent : ByteArrayContent
{
    private readonly ReadOnlyMemory<byte> _body;

    public PayloadContent(ReadOnlyMemory<byte> body)
        : this(body, MemoryMarshal.TryGetArray(body, out var array) ? array : body.ToArray())
    {
    }

    private PayloadContent(ReadOnlyMemory<byte> body, ArraySegment<byte> array)
        : base(array.Array ?? [], array.Offset, array.Count) => _body = body;

    /// <summary>The handler writes the body as soon as it has a connection.</summary>
    public bool HasConnection { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        HasConnection = true;
        await stream.WriteAsync(_body, cancellationToken);
    }
}
