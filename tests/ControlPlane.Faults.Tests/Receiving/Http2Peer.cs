using System.Buffers.Binary;

namespace ControlPlane.Faults.Tests.Receiving;

/// <summary>The receiver's side of an HTTP/2 connection (RFC 9113), frame by frame.</summary>
internal sealed class Http2Peer(FaultConnection connection)
{
    public const byte Data = 0x0;
    public const byte Headers = 0x1;
    public const byte RstStream = 0x3;
    public const byte Settings = 0x4;
    public const byte Ping = 0x6;
    public const byte GoAway = 0x7;
    public const byte WindowUpdate = 0x8;
    public const byte Continuation = 0x9;

    public const byte Ack = 0x1;
    public const byte EndStream = 0x1;
    public const byte EndHeaders = 0x4;

    /// <summary>The header block <c>:status: 200</c> (RFC 7541, appendix A).</summary>
    public static readonly byte[] Ok = [0x88];

    /// <summary>The header block <c>:status: 500</c>.</summary>
    public static readonly byte[] Failed = [0x8e];

    /// <summary>The header block <c>:status: 103</c>.</summary>
    public static readonly byte[] EarlyHints = [0x08, 0x03, (byte)'1', (byte)'0', (byte)'3'];

    private const int HeaderLength = 9;
    private const int PrefaceLength = 24;

    /// <summary>Begins the connection.</summary>
    /// <param name="settings">Pairs of a setting and its value.</param>
    public async Task BeginAsync(params (ushort Setting, uint Value)[] settings)
    {
        await connection.Stream.ReadExactlyAsync(new byte[PrefaceLength], connection.Stopped);
        var payload = new byte[settings.Length * 6];
        foreach (var (index, (setting, value)) in settings.Index())
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(index * 6), setting);
            BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan((index * 6) + 2), value);
        }

        await WriteAsync(Settings, 0, 0, payload);
    }

    /// <summary>Reads up to the end of the next request; answers its stream.</summary>
    public async Task<int> RequestAsync()
    {
        while (true)
        {
            var (type, flags, stream) = await ReadAsync();
            if (type == Settings && (flags & Ack) == 0)
            {
                await WriteAsync(Settings, Ack, 0);
            }
            else if (type is Headers or Data && (flags & EndStream) != 0)
            {
                return stream;
            }
        }
    }

    public Task WriteAsync(byte type, byte flags, int stream, params byte[] payload) => connection.WriteAsync(Frame(type, flags, stream, payload));

    /// <summary>Writes a frame without end, some 16 KB at a time, until the other side hangs up.</summary>
    public async Task FloodAsync(byte type, byte flags, int stream, params byte[] payload)
    {
        var frame = Frame(type, flags, stream, payload);
        var block = Enumerable.Repeat(frame, (16 * 1024 / frame.Length) + 1).SelectMany(bytes => bytes).ToArray();
        await connection.FloodAsync(block, long.MaxValue);
    }

    public static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[HeaderLength + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    private async Task<(byte Type, byte Flags, int Stream)> ReadAsync()
    {
        var header = new byte[HeaderLength];
        await connection.Stream.ReadExactlyAsync(header, connection.Stopped);
        var length = (int)(BinaryPrimitives.ReadUInt32BigEndian(header) >> 8);
        await connection.Stream.ReadExactlyAsync(new byte[length], connection.Stopped);
        return (header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)));
    }
}
