namespace ControlPlane.Egress.Metering;

/// <summary>
/// Bounds an answer in HTTP/1.1 in all its parts. The handler bounds the headers, but an extension of 16 KB on each chunk of
/// one byte would let an excerpt of 16 KB cost 256 MB.
/// </summary>
internal sealed class Http1Meter : IWireMeter
{
    /// <summary>64 KB of headers, and 16 KB of body in chunks of one byte, which are six on the wire; and some to spare.</summary>
    public const int BytesPerAnswer = 192 * 1024;

    private int _left = BytesPerAnswer;
    private volatile int _requests;
    private volatile bool _answered;

    /// <summary>Whether the connection served a request before the one that it was last used for.</summary>
    public bool IsReused => _requests > 1;

    /// <summary>Whether any of the answer to the last request came.</summary>
    public bool IsAnswered => _answered;

    public void Received(ReadOnlySpan<byte> bytes)
    {
        _left -= bytes.Length;
        _answered |= bytes.Length > 0;
        if (_left < 0)
        {
            throw new ExcessException($"The receiver sent more than {BytesPerAnswer / 1024} KB for one answer, so the connection was dropped.");
        }
    }

    /// <summary>The first bytes of a request begin it. An answer may come before its last ones.</summary>
    public void Sending(ReadOnlySpan<byte> bytes)
    {
        if (RequestTrace.Current is not { } trace || trace.Connection != this)
        {
            _answered = false;
            _left = BytesPerAnswer;
            _requests++;
            RequestTrace.Current?.Connection = this;
        }
    }
}
