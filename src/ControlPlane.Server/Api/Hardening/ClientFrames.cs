using ControlPlane.Egress.Metering;

namespace ControlPlane.Server.Api.Hardening;

/// <summary>
/// Judges the frames that a client sends over one HTTP/2 connection. Frames that carry nothing of a request (SETTINGS, PING,
/// PRIORITY, WINDOW_UPDATE, CONTINUATION, nearly empty DATA) cost the server more than the client, so that there may be as many as
/// requests and answers need, and some to spare over time. The same goes for streams that are reset. Not safe for use by several
/// threads, but for <see cref="Sent"/>.
/// </summary>
internal sealed class ClientFrames(TimeProvider clock)
{
    /// <summary>How many frames without content a connection may send at once.</summary>
    public const int FrameBurst = 4000;

    /// <summary>How many streams a connection may reset at once: as many as it can have open.</summary>
    public const int ResetBurst = 1000;

    private const int FramesPerSecond = 1000;
    private const int FramesPerRequest = 8;
    private const int BytesSentPerFrame = 2048;
    private const int ResetsPerSecond = 200;

    /// <summary>Less content than this in a DATA frame that does not end its stream is none.</summary>
    private const int LeastData = 64;

    private readonly long _began = clock.GetTimestamp();
    private Http2Frames _frames = new(Http2Frames.ClientPreface);
    private TimeSpan _reckoned;
    private double _framesLeft = FrameBurst;
    private double _resetsLeft = ResetBurst;
    private long _sent;

    /// <summary>Counts bytes of answers, whose flow the client steers by frames.</summary>
    public void Sent(int bytes) => Interlocked.Add(ref _sent, bytes);

    /// <summary>Reads what arrived. Returns what there was too much of; null if nothing.</summary>
    public string? Received(ReadOnlySpan<byte> bytes)
    {
        Refill();
        while (_frames.TryNext(ref bytes, out var type, out _))
        {
            switch (type)
            {
                case Http2Frames.Headers:
                    _framesLeft = Math.Min(FrameBurst, _framesLeft + FramesPerRequest);
                    break;
                case Http2Frames.Data when _frames.Length >= LeastData || _frames.EndsStream:
                    break;
                case Http2Frames.Reset when --_resetsLeft < 0:
                    return "streams reset";
                case Http2Frames.Reset:
                    break;
                default:
                    if (--_framesLeft < 0)
                    {
                        return "frames without content";
                    }

                    break;
            }
        }

        return null;
    }

    private void Refill()
    {
        var now = clock.GetElapsedTime(_began);
        var seconds = (now - _reckoned).TotalSeconds;
        _reckoned = now;
        var sent = (double)Interlocked.Exchange(ref _sent, 0) / BytesSentPerFrame;
        _framesLeft = Math.Min(FrameBurst, _framesLeft + (seconds * FramesPerSecond) + sent);
        _resetsLeft = Math.Min(ResetBurst, _resetsLeft + (seconds * ResetsPerSecond));
    }
}
