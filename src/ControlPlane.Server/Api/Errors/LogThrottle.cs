namespace ControlPlane.Server.Api.Errors;

/// <summary>Counts calls that failed for the same cause, so that they do not fill the log: one line in ten seconds stands for all.</summary>
internal sealed class LogThrottle(TimeProvider clock)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private long? _told;
    private int _count;

    /// <summary>Counts one; the number to tell now, or null if that is to wait.</summary>
    public int? Count()
    {
        lock (_lock)
        {
            _count++;
            if (_told is { } told && clock.GetElapsedTime(told) < Quiet)
            {
                return null;
            }

            var count = _count;
            (_told, _count) = (clock.GetTimestamp(), 0);
            return count;
        }
    }
}
