namespace ControlPlane.Egress.Metering;

/// <summary>
/// Bounds what comes over an HTTP/2 connection by the requests that went out. The handler bounds headers and, by its windows,
/// bodies; but a receiver could keep it busy to the deadline with empty DATA frames, window updates and SETTINGS and PING frames,
/// each of which is answered.
/// </summary>
/// <param name="gone">Called with the error code of a GOAWAY frame before the handler reads it.</param>
/// <param name="unknown">Called when a frame comes whose type the handler does not know, before the handler reads it and ends the
/// connection: what fails next need not say why.</param>
internal sealed class Http2Meter(Action<uint>? gone = null, Action? unknown = null) : IWireMeter
{
    /// <summary>A window of 64 KB, which is as much of a body as can come before it is cancelled, 64 KB of headers, and what frames cost.</summary>
    public const int BytesPerRequest = 192 * 1024;

    /// <summary>Frames to be answered that a connection may bring besides those of its requests: keep-alive pings, mostly.</summary>
    public const int FirstQuestions = 256;

    private const int QuestionsPerRequest = 16;

    /// <summary>What was left over by good answers grows no further: as if this many requests were open.</summary>
    private const int MostRequests = 256;

    private readonly Lock _lock = new();
    private Http2Frames _incoming = new(preface: 0);
    private Http2Frames _outgoing = new(Http2Frames.ClientPreface);
    private long _bytes = BytesPerRequest;
    private int _questions = FirstQuestions;
    private bool _isGone;
    private volatile bool _hasAnswered;

    /// <summary>Whether an answer came over the connection.</summary>
    public bool HasAnswered => _hasAnswered;

    public void Received(ReadOnlySpan<byte> bytes)
    {
        var questions = 0;
        for (var rest = bytes; _incoming.TryNext(ref rest, out var type, out var isAck);)
        {
            if (type is Http2Frames.Settings or Http2Frames.Ping && !isAck)
            {
                questions++;
            }
            else if (type == Http2Frames.Headers)
            {
                _hasAnswered = true;
            }
            else if (type > Http2Frames.LastKnown)
            {
                unknown?.Invoke();
            }
        }

        if (!_isGone && _incoming.GoAwayCode is { } code)
        {
            _isGone = true;
            gone?.Invoke(code);
        }

        lock (_lock)
        {
            _bytes -= bytes.Length;
            _questions -= questions;
            if (_bytes < 0 || _questions < 0)
            {
                throw new ExcessException(
                    $"The receiver sent far more {(_bytes < 0 ? "bytes" : "SETTINGS and PING frames")} over HTTP/2 than its answers need, so the connection was dropped.");
            }
        }
    }

    public void Sending(ReadOnlySpan<byte> bytes)
    {
        var requests = 0;
        for (var rest = bytes; _outgoing.TryNext(ref rest, out var type, out _);)
        {
            requests += type == Http2Frames.Headers ? 1 : 0;
        }

        if (requests > 0)
        {
            lock (_lock)
            {
                _bytes = Math.Min(_bytes + ((long)requests * BytesPerRequest), (long)MostRequests * BytesPerRequest);
                _questions = Math.Min(_questions + (requests * QuestionsPerRequest), MostRequests * QuestionsPerRequest);
            }
        }
    }
}
