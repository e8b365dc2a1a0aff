using System.Buffers.Binary;

namespace ControlPlane.Egress.Tests.Peers;

/// <summary>The receiving end of an HTTP/2 connection, frame by frame (RFC 9113).</summary>
internal sealed class Http2Peer(Stream connection)
{
    public const byte Data = 0x0;
    public const byte Headers = 0x1;
    public const byte ResetStream = 0x3;
    public const byte Settings = 0x4;
    public const byte GoAway = 0x7;
    public const byte WindowUpdate = 0x8;

    public const byte EndStream = 0x1;
    public const byte EndHeaders = 0x4;

    /// <summary>Reads the client's preface and sends settings: identifier and value pairs.</summary>
    public async Task GreetAsync(params (ushort Id, uint Value)[] settings)
    {
        await connection.ReadExactlyAsync(new byte[24]);
        var payload = new byte[settings.Length * 6];
        for (var i = 0; i < settings.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(i * 6), settings[i].Id);
            BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan((i * 6) + 2), settings[i].Value);
        }

        await WriteAsync(Settings, 0, 0, payload);
    }

    /// <summary>Reads on to the end of a request and returns its stream; frames in between are acknowledged where they have to be.</summary>
    public Task<int> ReadRequestAsync() => ReadUntilAsync((type, flags) => type is Data or Headers && (flags & EndStream) != 0);

    /// <summary>Reads on to the headers of a request and returns its stream; likewise.</summary>
    public Task<int> ReadHeadersAsync() => ReadUntilAsync((type, _) => type == Headers);

    /// <summary>Lets the client send more on a stream, or on the connection (0).</summary>
    public Task OpenAsync(int stream, int more) => WriteAsync(WindowUpdate, 0, stream, Number((uint)more));

    public async Task<(byte Type, byte Flags, int Stream, byte[] Payload)> ReadAsync()
    {
        var head = new byte[9];
        await connection.ReadExactlyAsync(head);
        var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
        await connection.ReadExactlyAsync(payload);
        return (head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
    }

    /// <summary>Answers 200 without a body.</summary>
    public Task AnswerAsync(int stream) => WriteAsync(Headers, EndHeaders | EndStream, stream, [0x88]);

    public Task ResetAsync(int stream, uint code) => WriteAsync(ResetStream, 0, stream, Number(code));

    public Task GoAwayAsync(int lastStream, uint code) => WriteAsync(GoAway, 0, 0, [.. Number((uint)lastStream), .. Number(code)]);

    public async Task WriteAsync(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        (frame[0], frame[1], frame[2]) = ((byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        await connection.WriteAsync(frame);
        await connection.FlushAsync();
    }

    /// <summary>Reads until the client hangs up.</summary>
    public async Task DrainAsync()
    {
        while (await connection.ReadAsync(new byte[4096]) > 0)
        {
        }
    }

    private async Task<int> ReadUntilAsync(Func<byte, byte, bool> found)
    {
        while (true)
        {
            var (type, flags, stream, _) = await ReadAsync();
            if (type == Settings && (flags & 1) == 0)
            {
                await WriteAsync(Settings, 1, 0, []);
            }
            else if (found(type, flags))
            {
                return stream;
            }
        }
    }

    private static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
