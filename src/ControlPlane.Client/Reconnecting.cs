using Grpc.Core;

namespace ControlPlane.Client;

/// <summary>When a broken watch is worth another connection, and how long to wait before it.</summary>
internal static class Reconnecting
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>The stream ended for a reason that passes.</summary>
    public static bool MayHelp(RpcException error) => error.StatusCode switch
    {
        StatusCode.Unavailable => true,
        // The server cut a reader that fell behind.
        StatusCode.Aborted => error.Reason() is "SLOW_CONSUMER",
        // A connection that breaks under a stream has no code of its own; the local cause tells it from the server's errors.
        StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown => error.Status.DebugException is not null,
        _ => false,
    };

    /// <summary>
    /// Doubles with every attempt (1 is the first) up to 10 s, less up to a quarter, by a random number from 0 to 1, so that
    /// many watchers do not return at once.
    /// </summary>
    public static TimeSpan Delay(int attempt, double random)
    {
        var delay = First * Math.Pow(2, Math.Clamp(attempt - 1, 0, 16));
        return (delay < Longest ? delay : Longest) * (1 - (0.25 * random));
    }
}
