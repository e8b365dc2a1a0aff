namespace ControlPlane.Server.Api.Errors;

/// <summary>Counts failures of one cause so that they do not fill the log: at most one message in ten seconds, with their number.</summary>
internal sealed class LogThrottle(TimeProvider clock)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private long? _logged;
    private int _count;

    /// <summary>Counts one. Returns the number to log now, or null if nothing is to be logged yet.</summary>
    public int? Count()
    {
        lock (_lock)
        {
            _count++;
            if (_logged is { } logged && clock.GetElapsedTime(logged) < Quiet)
            {
                return null;
            }

            var count = _count;
            (_logged, _count) = (clock.GetTimestamp(), 0);
            return count;
        }
    }
}
