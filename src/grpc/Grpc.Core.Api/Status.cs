namespace Grpc.Core;

/// <summary>The outcome of a call: a code for programs and a detail for people.</summary>
public readonly struct Status
{
    /// <summary>Success without a detail.</summary>
    public static readonly Status DefaultSuccess = new(StatusCode.OK, "");

    /// <summary>Cancellation without a detail.</summary>
    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, "");

    private readonly string? _detail;

    /// <summary>Makes a status.</summary>
    /// <param name="statusCode">The code.</param>
    /// <param name="detail">Text for the reader of a log; it travels to the peer.</param>
    public Status(StatusCode statusCode, string detail)
        : this(statusCode, detail, null)
    {
    }

    /// <summary>Makes a status that remembers the local exception behind it.</summary>
    /// <param name="statusCode">The code.</param>
    /// <param name="detail">Text for the reader of a log; it travels to the peer.</param>
    /// <param name="debugException">The local cause. It never travels to the peer.</param>
    public Status(StatusCode statusCode, string detail, Exception? debugException)
    {
        StatusCode = statusCode;
        _detail = detail;
        DebugException = debugException;
    }

    /// <summary>The code.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>The text; empty when none was given.</summary>
    public string Detail => _detail ?? "";

    /// <summary>The local cause, if one was recorded. For diagnosis only.</summary>
    public Exception? DebugException { get; }

    /// <summary>Shows code, detail and, where known, the type and message of the local cause.</summary>
    public override string ToString() => DebugException is null
        ? $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\")"
        : $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\","
            + $" DebugException=\"{DebugException.GetType()}: {DebugException.Message}\")";
}
