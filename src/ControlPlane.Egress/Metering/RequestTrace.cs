using System.Text;

namespace ControlPlane.Egress.Metering;

/// <summary>
/// What became of one request. The handler repeats some requests by itself and does not say which connection it used; this
/// follows the request's own flow of control through it.
/// </summary>
internal sealed class RequestTrace : IDisposable
{
    private static readonly AsyncLocal<RequestTrace?> Flow = new();

    private int _heads;
    private int _allowed = 1;

    /// <summary>The trace of the request that is being sent; null outside of one.</summary>
    public static RequestTrace? Current
    {
        get => Flow.Value;
        set => Flow.Value = value;
    }

    /// <summary>The HTTP/1.1 connection that the request was last written to.</summary>
    public Http1Meter? Connection { get; set; }

    /// <summary>Called when the request is about to be written to a connection, once for each.</summary>
    public Action? Writing { get; init; }

    /// <summary>Whether the request was written to a connection.</summary>
    public bool WasSent => _heads > 0;

    /// <summary>Whether the connection had served a request before, and not one byte of this one's answer came over it.</summary>
    public bool IsUnansweredOnReusedConnection => Connection is { IsReused: true, IsAnswered: false };

    /// <summary>Disposed when the answer was read.</summary>
    public IDisposable? Use { get; set; }

    /// <summary>One sentence on what was out of the ordinary; empty if nothing was.</summary>
    public string Note { get; set; } = "";

    public void Dispose() => Use?.Dispose();

    /// <summary>Allows the request to be written once more.</summary>
    public void AllowAgain()
    {
        _allowed++;
        Connection = null;
    }

    /// <summary>The handler's header encoding callback, which it calls for each header whenever it writes a request.</summary>
    /// <exception cref="RepeatedRequestException">The handler repeats the request by itself.</exception>
    public static Encoding? CountHead(string header, HttpRequestMessage request)
    {
        // The request for a tunnel to a proxy carries the same header.
        if (header.Equals("User-Agent", StringComparison.Ordinal) && request.Method != HttpMethod.Connect && Current is { } trace)
        {
            if (trace._heads == trace._allowed)
            {
                throw new RepeatedRequestException();
            }

            trace._heads++;
            trace.Writing?.Invoke();
        }

        return null;
    }
}
