namespace ControlPlane.Storage;

/// <summary>
/// The clock that due times and leases follow: the wall clock, but when that is set back it goes on by the time that has elapsed,
/// until the wall clock has caught up with it. So what waits never waits longer than it should. A store's engine and whoever reads
/// due times from it share one.
/// </summary>
/// <param name="clock">The clock of the machine.</param>
public sealed class SteadyClock(TimeProvider clock) : TimeProvider
{
    private readonly Lock _lock = new();
    private DateTimeOffset _time = DateTimeOffset.MinValue;
    private long _at;

    /// <inheritdoc/>
    public override long TimestampFrequency => clock.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            // In this order: a pause in between must not make it run ahead of the wall clock.
            var wall = clock.GetUtcNow();
            var at = clock.GetTimestamp();
            var elapsed = _time == DateTimeOffset.MinValue ? wall : _time + clock.GetElapsedTime(_at, at);
            if (wall >= elapsed)
            {
                (_time, _at) = (wall, at);
                return wall;
            }

            return elapsed;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => clock.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);
}
