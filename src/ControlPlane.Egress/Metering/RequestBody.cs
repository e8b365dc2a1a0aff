using System.Net;
using System.Runtime.InteropServices;

namespace ControlPlane.Egress.Metering;

/// <summary>
/// The body of a request. Over HTTP/2 the handler keeps the headers back until the body goes with them; where the receiver's window
/// is closed the body has to wait, and the receiver would never see the request that it should open the window for.
/// </summary>
internal static class RequestBody
{
    /// <summary>
    /// A larger body is sent and the answer read side by side over HTTP/2, so that one that comes before the body was sent is heard.
    /// Over HTTP/1.1 that costs a packet more, and a smaller body fits into the windows of nearly every receiver.
    /// </summary>
    private const int MostAtOnce = 16 * 1024;

    /// <summary>How long the headers wait for the body.</summary>
    private static readonly TimeSpan HeadersWait = TimeSpan.FromMilliseconds(10);

    public static HttpContent Create(ReadOnlyMemory<byte> body) => body.Length > MostAtOnce
        ? new LargeBody(body)
        : MemoryMarshal.TryGetArray(body, out var array) ? new SmallBody(array) : new SmallBody(body.ToArray());

    /// <summary>Waits until the body is written. A receiver may answer first and read then.</summary>
    public static Task WrittenAsync(HttpContent? body, CancellationToken cancellationToken) =>
        body is LargeBody large ? large.Written.WaitAsync(cancellationToken) : Task.CompletedTask;

    private static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var writing = stream.WriteAsync(body, cancellationToken).AsTask();
        // Over HTTP/1.1 the connection is known by now, and nothing was kept back.
        if (!writing.IsCompleted && RequestTrace.Current is { Connection: null })
        {
            await Task.WhenAny(writing, Task.Delay(HeadersWait, TimeProvider.System, cancellationToken)).ConfigureAwait(false);
            if (!writing.IsCompleted)
            {
                await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await writing.ConfigureAwait(false);
    }

    private sealed class SmallBody(ArraySegment<byte> body) : ByteArrayContent(body.Array!, body.Offset, body.Count)
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            WriteAsync(stream, body, cancellationToken);
    }

    private sealed class LargeBody : HttpContent
    {
        private readonly ReadOnlyMemory<byte> _body;

        public LargeBody(ReadOnlyMemory<byte> body) => (_body, Headers.ContentLength) = (body, body.Length);

        public Task Written { get; private set; } = Task.CompletedTask;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            Written = WriteAsync(stream, _body, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = _body.Length;
            return true;
        }
    }
}
