using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ControlPlane.Server.Doors.Json;

/// <summary>
/// Makes server-sent events (HTML Living Standard, 9.2) of JSON messages, one a line. A message's resume token is its event's id; the
/// error that ends a stream is an event of the type <c>error</c>. An answer that is no stream passes unchanged.
/// </summary>
internal sealed class EventStream(Stream inner, HttpResponse response) : Stream
{
    private readonly ArrayBufferWriter<byte> _line = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (response.StatusCode != StatusCodes.Status200OK)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            return;
        }

        while (buffer.Span.IndexOf((byte)'\n') is >= 0 and var end)
        {
            _line.Write(buffer.Span[..end]);
            buffer = buffer[(end + 1)..];
            var message = Event(_line.WrittenSpan);
            _line.ResetWrittenCount();
            await inner.WriteAsync(message, cancellationToken);
        }

        _line.Write(buffer.Span);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static byte[] Event(ReadOnlySpan<byte> message)
    {
        var head = Find(message, "resumeToken"u8) is { } token ? $"id: {token}\n"
            : Find(message, "code"u8) is not null ? "event: error\n"
            : "";
        return [.. Encoding.ASCII.GetBytes($"{head}data: "), .. message, .. "\n\n"u8];
    }

    /// <summary>The value of one of the message's own fields, as text.</summary>
    private static string? Find(ReadOnlySpan<byte> message, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(message);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
            {
                return Encoding.UTF8.GetString(reader.ValueSpan);
            }

            reader.Skip();
        }

        return null;
    }
}
