using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace ControlPlane.Testing;

/// <summary>An HTTP/2 connection by hand (RFC 9113), for what no library would do on one.</summary>
public sealed class RawHttp2 : IAsyncDisposable
{
    private const int FrameHeaderBytes = 9;
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;
    private const uint Cancel = 8;

    private readonly TcpClient _tcp = new() { NoDelay = true };
    private readonly string _authority;
    private NetworkStream _stream = null!;
    private Task _reading = Task.CompletedTask;
    private uint _next = 1;

    private RawHttp2(Uri address) => _authority = address.Authority;

    public static async Task<RawHttp2> ConnectAsync(Uri address)
    {
        var connection = new RawHttp2(address);
        await connection._tcp.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        connection._stream = connection._tcp.GetStream();
        await connection._stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await connection.WriteAsync(Frame(Settings, 0, 0, []));
        connection._reading = connection.ReadAsync();
        return connection;
    }

    /// <summary>Makes a request whose answer is never given room to come; false if the connection is closed.</summary>
    public async Task<bool> CallUnreadAsync(string path, byte[] body, string? key = null)
    {
        var stream = _next;
        _next += 2;
        return await WriteAsync([.. Frame(Headers, EndHeaders, stream, Request(path, key)), .. Frame(Data, EndStream, stream, body)]);
    }

    /// <summary>Begins a request and takes it back at once; false if the connection is closed.</summary>
    public async Task<bool> OpenAndResetAsync(string path)
    {
        var stream = _next;
        _next += 2;
        var cancel = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(cancel, Cancel);
        return await WriteAsync([.. Frame(Headers, EndHeaders, stream, Request(path)), .. Frame(Reset, 0, stream, cancel)]);
    }

    /// <summary>Begins a request and sends the beginning of its body; false if the connection is closed.</summary>
    public async Task<bool> OpenAndStallAsync(string path, byte[] beginning, string? key = null)
    {
        var stream = _next;
        _next += 2;
        return await WriteAsync([.. Frame(Headers, EndHeaders, stream, Request(path, key)), .. Frame(Data, 0, stream, beginning)]);
    }

    /// <summary>Begins a request whose headers go on; false if the connection is closed.</summary>
    public async Task<bool> OpenWithoutEndAsync(string path)
    {
        var stream = _next;
        _next += 2;
        return await WriteAsync(Frame(Headers, 0, stream, Request(path)));
    }

    /// <summary>Sends the same frame many times, in pieces of many frames; false if the connection was closed before the end.</summary>
    public async Task<bool> FloodAsync(byte type, byte flags, uint stream, byte[] payload, int times)
    {
        const int Together = 500;
        var piece = Enumerable.Repeat(Frame(type, flags, stream, payload), Together).SelectMany(frame => frame).ToArray();
        for (var sent = 0; sent < times; sent += Together)
        {
            if (!await WriteAsync(piece))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Completes when the server has closed the connection.</summary>
    public Task Closed => _reading;

    public async ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        await _reading;
    }

    private static byte[] Frame(byte type, byte flags, uint stream, byte[] payload)
    {
        var frame = new byte[FrameHeaderBytes + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, FrameHeaderBytes);
        return frame;
    }

    /// <summary>Fields as HPACK's literals that are not indexed (RFC 7541, 6.2.2).</summary>
    private byte[] Request(string path, string? key = null)
    {
        using var block = new MemoryStream();
        (string Name, string Value)[] fields =
        [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", _authority), ("content-type", "application/grpc"),
            ("te", "trailers"), .. key is null ? [] : new[] { ("authorization", $"Bearer {key}") },
        ];
        foreach (var (name, value) in fields)
        {
            block.WriteByte(0);
            foreach (var text in (string[])[name, value])
            {
                block.WriteByte((byte)text.Length);
                block.Write(Encoding.ASCII.GetBytes(text));
            }
        }

        return block.ToArray();
    }

    private async Task<bool> WriteAsync(byte[] bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[16 << 10];
        try
        {
            while (await _stream.ReadAsync(buffer, CancellationToken.None) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The connection is closed, by whichever side.
        }
    }
}
