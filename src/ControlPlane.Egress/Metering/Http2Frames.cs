namespace ControlPlane.Egress.Metering;

/// <summary>Finds the frames in one direction of an HTTP/2 connection (RFC 9113, 4.1), however the bytes are cut into pieces.</summary>
/// <param name="preface">How many bytes come before the first frame: 24 from a client.</param>
internal struct Http2Frames(int preface)
{
    public const int ClientPreface = 24;
    public const byte Data = 0x0;
    public const byte Headers = 0x1;
    public const byte Reset = 0x3;
    public const byte Settings = 0x4;
    public const byte Ping = 0x6;
    public const byte GoAway = 0x7;

    /// <summary>ALTSVC: the highest type of frame that the handler bears.</summary>
    public const byte LastKnown = 0xa;

    private const int HeaderLength = 9;
    private const byte Ack = 0x1;
    private const byte EndStream = 0x1;

    /// <summary>Where the error code of a GOAWAY frame ends in its payload (RFC 9113, 6.8).</summary>
    private const int CodeEnd = 8;

    private int _skip = preface;
    private int _known;
    private uint _lengthAndType;
    private byte _flags;
    private int _untilCode;
    private uint _code;

    /// <summary>The error code of the last GOAWAY frame whose payload was read; null if there was none.</summary>
    public uint? GoAwayCode { get; private set; }

    /// <summary>How many bytes the frame found last has behind its header.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the frame found last, if it is DATA or HEADERS, is the last of its stream in this direction.</summary>
    public readonly bool EndsStream => (_flags & EndStream) != 0;

    /// <summary>Reads on to the end of the next frame header; false when the bytes are used up before.</summary>
    /// <param name="bytes">What there is; what was read is cut off.</param>
    /// <param name="type">The type of the frame.</param>
    /// <param name="isAck">It is a SETTINGS or PING frame that answers one. Of other frames the flag means something else.</param>
    public bool TryNext(ref ReadOnlySpan<byte> bytes, out byte type, out bool isAck)
    {
        var skipped = Math.Min(_skip, bytes.Length);
        ReadCode(bytes[..skipped]);
        bytes = bytes[skipped..];
        _skip -= skipped;
        for (; bytes.Length > 0; bytes = bytes[1..])
        {
            if (_known < sizeof(uint))
            {
                _lengthAndType = (_lengthAndType << 8) | bytes[0];
            }
            else if (_known == sizeof(uint))
            {
                _flags = bytes[0];
            }

            if (++_known == HeaderLength)
            {
                bytes = bytes[1..];
                (type, isAck) = ((byte)_lengthAndType, (_flags & Ack) != 0);
                Length = (int)(_lengthAndType >> 8);
                (_skip, _known) = (Length, 0);
                _untilCode = type == GoAway && _skip >= CodeEnd ? CodeEnd : 0;
                return true;
            }
        }

        (type, isAck) = (0, false);
        return false;
    }

    private void ReadCode(ReadOnlySpan<byte> payload)
    {
        for (var i = 0; i < payload.Length && _untilCode > 0; i++)
        {
            _code = (_code << 8) | payload[i];
            if (--_untilCode == 0)
            {
                GoAwayCode = _code;
            }
        }
    }
}
